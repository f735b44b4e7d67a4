"""Instants that come from outside: with their zone, and in years that can be reckoned with."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AwareDatetime, Field

type Moment = Annotated[
    AwareDatetime,
    Field(ge=datetime(2000, 1, 1, tzinfo=UTC), lt=datetime(2100, 1, 1, tzinfo=UTC)),
]
