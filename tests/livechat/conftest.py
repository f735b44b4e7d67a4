"""What the tests of the conversations ask for, beside a database."""

from tests.clock import clock

__all__ = ["clock"]
