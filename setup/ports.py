"""Where the service listens: a port that is free, at an address that is ours."""

import socket
from typing import Tuple

from setup.console import Stopped


def require_free(host: str, port: int) -> None:
    """Raises Stopped, before anything long has begun, when the service could not listen there."""
    try:
        family, address = _resolve(host, port)
        with socket.socket(family, socket.SOCK_STREAM) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except PermissionError:
        raise Stopped(f"Port {port} is reserved to administrators: try PORT=8000.") from None
    except OverflowError:
        raise Stopped(f"{port} is not a port: it goes from 1 to 65535.") from None
    except socket.gaierror:
        raise Stopped(f"{host} is not an address of this machine: try HOST=127.0.0.1.") from None
    except OSError as error:
        raise Stopped(
            f"Port {port} of {host} cannot be had ({error.strerror}): stop what uses it, or try "
            f"PORT={port + 1}."
        ) from None


def free_loopback_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


def as_visitor(host: str, port: int) -> str:
    """The address at which this machine itself reaches what listens on `host`.

    >>> as_visitor("0.0.0.0", 8000)
    'http://127.0.0.1:8000'
    """
    loopback = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{loopback}]:{port}" if ":" in loopback else f"http://{loopback}:{port}"


def _resolve(host: str, port: int) -> Tuple[int, Tuple[object, ...]]:
    if not 0 < port < 65536:
        raise OverflowError
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    return found[0][0], found[0][4]
