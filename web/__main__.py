"""`python -m web`: runs and tends the assistant (web/commands.py)."""

import sys

from web.commands import main

sys.exit(main())
