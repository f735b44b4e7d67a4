"""Challenges for the public forms: whoever fills one in without an account solves one of them.

The page asks for it itself (web/static/proof/proof.js), in the ALTCHA format. What the form then
does with the solution is kit/proof_of_work.py's.
"""

from fastapi import APIRouter, Request

from kit.clock import now
from kit.limits import Limited
from kit.proof_of_work import Challenge, issue
from kit.settings import Settings
from web.api import count

router = APIRouter(prefix="/api", include_in_schema=False)


@router.get("/proof")
async def give_challenge(request: Request) -> Challenge:
    """A fresh one each time; nothing of it is kept here."""
    await count(request, Limited.PROOF)
    settings: Settings = request.app.state.settings
    return issue(settings.secrets.proof_key.encode(), now())
