"""What the lobby keeps for good. Live state is not here."""

from django.core.validators import MaxValueValidator, MinValueValidator
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


class ChatReport(models.Model):
    """A line that a player shows to staff. `around`: it and those near it, `[{seq, at, player, name, text}]`.

    Chat itself runs out with the live state; this is kept.
    """

    class Reason(models.TextChoices):
        INSULT = "insult", "insult"
        SPAM = "spam", "spam"
        CHEATING = "cheating", "cheating"
        OTHER = "other", "other"

    reporter = models.ForeignKey(Player, models.CASCADE, related_name="+")
    player = models.ForeignKey(
        Player, models.SET_NULL, null=True, related_name="+", verbose_name="reported player"
    )
    channel = models.CharField(max_length=120)
    seq = models.BigIntegerField("line")
    line = models.TextField("text")
    around = models.JSONField()
    reason = models.CharField(max_length=10, choices=Reason.choices)
    text = models.CharField("what the reporter says", max_length=500, blank=True)
    at = models.DateTimeField("reported", auto_now_add=True, db_index=True)

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["reporter", "channel", "seq"], name="chat_report_once"),
        ]

    def __str__(self) -> str:
        return f"{self.reason} in {self.channel}"


class Broadcast(models.Model):
    """What an operator told everybody who was in the lobby then, or came within `hours`."""

    HOURS = 24

    text = models.CharField(max_length=500)
    hours = models.PositiveSmallIntegerField(
        default=HOURS,
        help_text="For so long it is kept for those who come later.",
        validators=[MinValueValidator(1), MaxValueValidator(14 * 24)],
    )
    by = models.CharField(max_length=150, editable=False)
    at = models.DateTimeField("sent", auto_now_add=True, editable=False)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return self.text[:80]
