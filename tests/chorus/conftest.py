"""What the tests of the host site's side ask for, beside a database."""

from tests.clock import clock

__all__ = ["clock"]
