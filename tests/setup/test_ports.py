"""A port that cannot be had is said before anything long begins."""

import socket
from collections.abc import Iterator

import pytest

from setup.console import Stopped
from setup.ports import as_visitor, free_loopback_port, require_free


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


def test_a_free_port_is_accepted() -> None:
    require_free("127.0.0.1", free_loopback_port())


def test_a_taken_port_is_refused_with_another_one_to_try(taken: int) -> None:
    with pytest.raises(Stopped, match=f"try PORT={taken + 1}"):
        require_free("127.0.0.1", taken)


@pytest.mark.parametrize(
    ("host", "port", "advice"),
    [
        ("127.0.0.1", 70000, "from 1 to 65535"),
        ("127.0.0.1", 0, "from 1 to 65535"),
        ("192.0.2.1", 8000, "cannot be had"),
        ("no such host", 8000, "HOST=127.0.0.1"),
    ],
)
def test_an_impossible_address_is_refused(host: str, port: int, advice: str) -> None:
    with pytest.raises(Stopped, match=advice):
        require_free(host, port)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::", "http://[::1]:8000"),
        ("192.0.2.1", "http://192.0.2.1:8000"),
    ],
)
def test_a_visitor_gets_an_address_that_can_be_opened(host: str, address: str) -> None:
    assert as_visitor(host, 8000) == address
