"""What every answer carries and every request must pass, before any page or call is reached.

Pure ASGI: a body is counted as it comes, whatever its header says.
"""

from collections.abc import Iterable
from urllib.parse import urlsplit

from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kit.errors import TooLarge
from kit.file_kinds import LIMIT
from web.problems import problem

BODY_LIMIT = 64 * 1024  # bytes
UPLOAD_LIMIT = LIMIT + BODY_LIMIT  # one file, and the form around it
# Several, of which some may be too large: a form that is read is refused with all that it held.
FORM_LIMIT = 5 * LIMIT + BODY_LIMIT

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; frame-src 'self'; worker-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors {ancestors}"
)
# Rasa tells the whole conversation with each action; its secret is looked at before that is read.
ACTIONS, ACTION_LIMIT = "/actions/webhook", 8 * 1024 * 1024
CHAT = "/chat"  # the one page that other sites may frame
# The one form that they may send: with a signed token, and without any cookie of ours.
FROM_HOSTS = ("POST", "/mes-tickets/session")
UPLOADS = ("/files",)  # how the paths end that take a file
FORMS = ("/ticket", "/reponse", "/nouveau")  # and those that take several, with what else was typed


class Guard:
    """Refuses foreign origins, large bodies and forms that are not UTF-8, and sets the headers that
    browsers obey.
    """

    def __init__(self, app: ASGIApp, *, origins: Iterable[str], public_url: str = "") -> None:
        self.app = app
        self._hosts = frozenset(origin.lower() for origin in origins)
        self._embedders = " ".join(["'self'", *origins])
        self._public = urlsplit(public_url).netloc

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif self._is_foreign(scope):
            await self._refuse_origin(scope, receive, send)
        elif scope["type"] == "http":
            await self._serve(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _is_foreign(self, scope: Scope) -> bool:
        """Whether a browser sent this from another site. A program sends no Origin."""
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        if origin is None:
            return False
        if origin in self._hosts and (scope.get("method"), scope["path"]) == FROM_HOSTS:
            return False
        return _host_of(origin) not in {headers.get("host", ""), self._public} - {""}

    async def _refuse_origin(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        await problem(403, "This origin may not call the API.")(
            scope, receive, self._with_headers(scope, send)
        )

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        send = self._with_headers(scope, send)
        limit = _limit_of(scope["path"])
        declared = Headers(scope=scope).get("content-length", "0")
        if not declared.isdecimal() or int(declared) > limit:
            await problem(413, _too_large(limit))(scope, receive, send)
            return
        if not _is_readable(Headers(scope=scope).get("content-type", "")):
            await problem(415, "A form is encoded in UTF-8.")(scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > limit:
                raise TooLarge(_too_large(limit))
            return message

        await self.app(scope, counted, send)

    def _with_headers(self, scope: Scope, send: Send) -> Send:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._set(MutableHeaders(scope=message), scope["path"])
            await send(message)

        return with_headers

    def _set(self, headers: MutableHeaders, path: str) -> None:
        ancestors = self._embedders if path == CHAT else "'none'"
        headers["Content-Security-Policy"] = POLICY.format(ancestors=ancestors)
        headers["X-Content-Type-Options"] = "nosniff"
        headers.setdefault("Referrer-Policy", "no-referrer")
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        # The widget and its words are loaded by the pages of other sites.
        cross = "cross-origin" if path.startswith(("/static/", "/widget")) else "same-origin"
        headers["Cross-Origin-Resource-Policy"] = cross
        # Static files are asked for again each time, and answered 304 while they are the same.
        is_static = path.startswith("/static/")
        headers.setdefault("Cache-Control", "no-cache" if is_static else "no-store")


def _limit_of(path: str) -> int:
    if path == ACTIONS:
        return ACTION_LIMIT
    if path.endswith(FORMS):
        return FORM_LIMIT
    return UPLOAD_LIMIT if path.endswith(UPLOADS) else BODY_LIMIT


def _is_readable(content_type: str) -> bool:
    """Not a form whose sender chose how it is decoded: Python knows codecs that take minutes, that
    always fail, or that make text which no database takes.
    """
    kind, options = parse_options_header(content_type)
    return kind != b"multipart/form-data" or options.get(b"charset", b"utf-8").lower() == b"utf-8"


def _too_large(limit: int) -> str:
    return f"A request has at most {limit} bytes."


def _host_of(origin: str) -> str | None:
    """None when it is no address at all."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None
