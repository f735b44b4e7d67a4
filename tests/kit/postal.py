"""A real SMTP server for tests: what reaches it, and how it refuses, stalls or breaks down."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from kit.clock import now

PASSWORD = "p@ss/word"


class PostOffice:
    """Takes every mail; `refuses` is its answer to a recipient, `answer` the one to a content."""

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.encrypted: list[bool] = []
        self.refuses: str | None = None
        self.answer = "250 Taken"
        self.meets: Callable[[], Awaitable[None]] | None = None  # done before it answers a content
        self.port = 0

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def subjects(self) -> list[str]:
        return [message["Subject"] for message in self.received]

    async def handle_RCPT(
        self, _: SMTP, __: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.refuses:
            return self.refuses
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _: SMTP, session: Session, envelope: Envelope) -> str:
        if self.meets:
            await self.meets()
        if not self.answer.startswith("250"):
            return self.answer
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.received.append(message)
        self.recipients.append(list(envelope.rcpt_tos))
        self.encrypted.append(session.ssl is not None)
        return self.answer


@asynccontextmanager
async def opened(
    certificate: ssl.SSLContext | None = None, login: tuple[str, str] | None = None
) -> AsyncIterator[PostOffice]:
    """A post office on a free port. With a login, which wants encryption, it takes nothing from
    anybody else.
    """
    office = PostOffice()

    def authenticate(*given: object) -> AuthResult:
        data = given[-1]
        said = (getattr(data, "login", b"").decode(), getattr(data, "password", b"").decode())
        return AuthResult(success=said == login, handled=False)

    def speak() -> SMTP:
        return SMTP(
            office,
            hostname="post.example",
            tls_context=certificate,
            authenticator=authenticate if login else None,
            auth_required=login is not None,
        )

    server = await asyncio.get_running_loop().create_server(speak, "127.0.0.1", 0)
    office.port = server.sockets[0].getsockname()[1]
    try:
        yield office
    finally:
        server.close()


def self_signed(folder: Path) -> ssl.SSLContext:
    """What a mail server shows out of the box: a certificate that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "post.example")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now() - timedelta(days=1))
        .not_valid_after(now() + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    file = folder / "post.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context
