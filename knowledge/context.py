"""Who an answer is for: what a text may depend on, and nothing else."""

from dataclasses import dataclass

PRIMARY_MANAGER = "gestionnaire_principal"


@dataclass(frozen=True)
class Context:
    """`role` and `kind` as the identity token names them (contract); None when unknown."""

    connected: bool = False
    role: str | None = None
    kind: str | None = None
    follows: bool = False  # whether the assistant can look up invoices at the host site
    sends: bool = False  # whether it can have activation links and password mails sent

    @property
    def primary_manager(self) -> bool:
        return self.role == PRIMARY_MANAGER


ANONYMOUS = Context()
