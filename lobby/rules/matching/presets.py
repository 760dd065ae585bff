"""The shapes of queue that come with the server, each with one fixed configuration."""

from lobby.rules.matching.declared import Parties, QueueRules, Window

PRESETS = {
    "1v1": QueueRules("", "1v1", 2, 2, window=Window(40.0, 15.0, optional=None)),
    "2v2": QueueRules("", "2v2", 4, 4, 2, window=Window(50.0, 25.0, optional=None)),
    "5v5": QueueRules("", "5v5", 10, 10, 5, window=Window(25.0, 60.0, optional=None), parties=Parties()),
    "ffa12": QueueRules("", "ffa12", 12, 12, window=Window(25.0, 60.0, optional=None)),
}


def for_mode(mode: str) -> QueueRules:
    """The configuration of `1v1`, `2v2`, `5v5` or `ffa12`. Raises KeyError."""
    return PRESETS[mode]


def shaped(low: int, high: int, team_size: int) -> QueueRules | None:
    """The configuration measured for queues of just these seats and teams; None where none was."""
    for rules in PRESETS.values():
        if (rules.low, rules.high, rules.team_size) == (low, high, team_size):
            return rules
    return None
