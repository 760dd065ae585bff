"""The history in the admin. What has happened cannot be changed there; a player's name can."""

from matches.admin.matches import MatchAdmin
from matches.admin.players import PlayerAdmin
from matches.admin.ratings import RatingAdmin

__all__ = ["MatchAdmin", "PlayerAdmin", "RatingAdmin"]
