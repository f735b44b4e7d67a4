"""Run by Alembic: on the connection that kit/migration.py gives it."""

from alembic import context

import chorus.account_models
import chorus.models
import chorus.training_models
import kit.files
import kit.mail_models
import kit.models
import kit.proof_models
import livechat.appointment_models
import livechat.desk_models
import livechat.models
import staff.models
import ticketing.link_models
import ticketing.models
from kit.database import Base

# The tables register themselves when their modules are imported.
TABLES = (
    chorus.account_models,
    chorus.models,
    chorus.training_models,
    kit.files,
    kit.mail_models,
    kit.models,
    kit.proof_models,
    livechat.models,
    staff.models,
    ticketing.link_models,
    ticketing.models,
)

connection = context.config.attributes["connection"]
if connection is None:
    raise SystemExit("Migrations run through `python -m web migrate` (kit/migration.py).")
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
