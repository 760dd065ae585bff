"""What the lobby keeps for good. Live state is not here."""

from django.db import models

from lobby.rules.relation import Tie
from matches.models import Player


class Relation(models.Model):
    """What two players are to each other, as `lobby.rules.relation` says; A is the one of the lower id.

    `a_quiet`, `b_quiet`: Unix seconds until which that side may not ask again.
    """

    a = models.ForeignKey(Player, models.CASCADE, related_name="+", db_index=False)
    b = models.ForeignKey(Player, models.CASCADE, related_name="+")
    tie = models.CharField(max_length=10, choices=[(tie.value, tie.value) for tie in Tie])
    a_blocks = models.BooleanField("A blocks B")
    b_blocks = models.BooleanField("B blocks A")
    a_quiet = models.FloatField(default=0)
    b_quiet = models.FloatField(default=0)
    changed = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-changed", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["a", "b"], name="relation_pair_once"),
        ]

    def __str__(self) -> str:
        blocks = [name for name, on in (("A", self.a_blocks), ("B", self.b_blocks)) if on]
        return f"{self.a_id} and {self.b_id}: {self.tie}" + "".join(f", {name} blocks" for name in blocks)
