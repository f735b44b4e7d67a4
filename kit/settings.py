"""What an operator can set, by environment variables that begin with CLAUDIA_.

Every setting is documented in docs/operations.md (a test compares); the defaults run as they are.
"""

from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from kit.database import sqlite_url
from kit.secrets import Secrets, load

ROOT = Path(__file__).parents[1]


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="CLAUDIA_", frozen=True)

    var: Path = ROOT / "var"
    database_url: str = ""  # empty: SQLite in `var`
    redis_url: str = ""  # empty: rate limits are counted in this process
    organisation_file: Path = ROOT / "organisation.yml"

    rasa_url: str = "http://127.0.0.1:5005"
    action_secret: str = ""  # empty: the generated one
    turn_timeout_s: float = Field(5.0, gt=0)

    identity_keys: str = ""  # JWKS file or URL; empty: the demo host site's own
    identity_issuer: str = "claudia-demo"
    identity_audience: str = "claudia"
    demo: bool = True  # the demo host page and its users
    demo_training: bool = True  # with the demo: made-up trainings while there are none to come

    # The host site's API, through PISTE; no client id: the demo's invoices while `demo`, else none.
    piste_client_id: str = ""
    piste_client_secret: str = Field("", repr=False)
    piste_technical_login: str = ""
    piste_technical_password: str = Field("", repr=False)
    piste_sandbox: bool = False
    piste_api_url: str = ""  # empty: PISTE's own, of the sandbox or of production
    piste_oauth_url: str = ""

    public_url: str = ""  # e.g. https://assistance.example; empty: taken from the Host header
    local_url: str = "http://127.0.0.1:8000"  # where we listen; `make run` sets it
    embed_origins: str = ""  # blank-separated origins that may show the widget
    rate_limits: Literal["on", "off"] = "on"
    trusted_proxies: str = "127.0.0.1"  # whose X-Forwarded-For is believed

    # smtp://[user:password@]host[:port] or smtps://…; empty: mails are kept and shown, not sent
    smtp_url: str = Field("", repr=False)
    # lmtp://127.0.0.1:2400 or smtp://…: where answers to our mails are handed in; empty: nowhere
    mail_in: str = ""
    mail_from: str = "assistance@localhost"  # or: Name <address>

    retention_conversations_days: int = Field(90, ge=1)
    retention_requests_days: int = Field(365, ge=1)
    retention_logs_days: int = Field(30, ge=1)
    retention_training_days: int = Field(90, ge=1)  # trainings and registrations, after their end
    retention_mails_days: int = Field(30, ge=1)  # after they were sent or given up

    @cached_property
    def database(self) -> str:
        return self.database_url or sqlite_url(self.var / "claudia.db")

    @cached_property
    def secrets(self) -> Secrets:
        return load(self.var)

    @cached_property
    def action_key(self) -> str:
        return self.action_secret or self.secrets.action_secret

    @cached_property
    def origins(self) -> tuple[str, ...]:
        return tuple(origin.rstrip("/") for origin in self.embed_origins.replace(",", " ").split())
