"""The games that come with the server, one file each (with helpers of its name)."""

from matches.games import arena, connect_four

__all__ = ["arena", "connect_four"]
