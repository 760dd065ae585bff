"""The games of this app."""

from tests.testgames import high_card, hostile, tally

__all__ = ["high_card", "hostile", "tally"]
