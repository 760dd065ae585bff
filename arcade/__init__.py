"""Arcade: a multiplayer game server."""

from arcade import compiled

COMPILED = compiled.use()
"""Whether the hot path runs as C: `yes`, or `no: ` and why."""
