"""From a fresh clone to a running service: what `make` calls.

Only the standard library, any Python from 3.8 on: nothing is installed yet when this runs.
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
