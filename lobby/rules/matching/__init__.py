"""Who plays with whom: a pool of waiting tickets, and the matches that fit.

A ticket accepts others within a window of rating that widens while it waits. A group fits as soon as the
distance between its lowest and its highest rating is within the window of every one of them, so the narrower
of two wishes counts, and all other rules of the queue hold. `Matcher` finds a group at the moment it fits,
without passes over the pool. Everything is pure: times are arguments (seconds), ratings are points as shown.
"""

from lobby.rules.matching.declared import (
    Common,
    Difference,
    Equal,
    Parties,
    QueueRules,
    Region,
    Shrink,
    Window,
)
from lobby.rules.matching.group import Group, Place
from lobby.rules.matching.matcher import Matcher
from lobby.rules.matching.ticket import Member, Ticket

__all__ = [
    "Common",
    "Difference",
    "Equal",
    "Group",
    "Matcher",
    "Member",
    "Parties",
    "Place",
    "QueueRules",
    "Region",
    "Shrink",
    "Ticket",
    "Window",
]
