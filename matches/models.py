"""The history: players, matches, who sat in them, ratings and replays.

Live state is not here. What is written once (Match, Participant, Replay) is never changed afterwards.
"""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

from matches.ids import new_id
from matches.names import MAX_NAME, clean_name


def new_player_id() -> str:
    """80 random bits as 16 characters of lower-case base32."""
    return new_id()


def check_name(text: str) -> None:
    """`clean_name` as a validator of forms."""
    try:
        clean_name(text)
    except ValueError as error:
        raise ValidationError(str(error)) from error


class Player(models.Model):
    """Who plays: a guest, or the one player of an account."""

    id = models.CharField(max_length=16, primary_key=True, default=new_player_id, editable=False)
    name = models.CharField(max_length=MAX_NAME, validators=[check_name])
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="player",
        verbose_name="account",
    )
    created = models.DateTimeField(auto_now_add=True, db_index=True)
    last_seen = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created", "-id"]

    def __str__(self) -> str:
        return self.name

    @property
    def guest(self) -> bool:
        """True without an account."""
        return self.user_id is None


class Match(models.Model):
    """A match that is over. `started` to `ended` is wall-clock time, `steps` the last `seq`."""

    class Outcome(models.TextChoices):
        FINISHED = "finished", "finished"
        ABORTED = "aborted", "aborted"

    id = models.CharField("match", max_length=40, primary_key=True)
    game = models.CharField(max_length=64)
    mode = models.CharField(max_length=64)
    version = models.PositiveIntegerField("version")
    season = models.CharField(max_length=16)
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    reason = models.CharField(max_length=120, blank=True)
    rated = models.BooleanField()
    started = models.DateTimeField()
    ended = models.DateTimeField()
    duration_ms = models.PositiveBigIntegerField("duration (ms)")
    steps = models.PositiveIntegerField()
    hash = models.CharField("hash", max_length=64)

    class Meta:
        ordering = ["-ended", "-id"]
        verbose_name_plural = "matches"
        indexes = [
            models.Index(fields=["ended", "id"], name="match_ended"),
            models.Index(fields=["game", "ended", "id"], name="match_game_ended"),
            models.Index(fields=["game", "mode", "ended", "id"], name="match_mode_ended"),
            models.Index(fields=["outcome", "ended", "id"], name="match_outcome_ended"),
        ]

    def __str__(self) -> str:
        return f"{self.game} {self.id}"


class Participant(models.Model):
    """A seat of a match. `ended` repeats the match's, so that a player's history is one index scan.

    `handed_on`: 0 for who had the seat at the end, n for the nth who left it to a new player; `came_late`:
    such a new player. Rating fields are set in rated matches alone: shown rating, mu and sigma before and
    after, and the version of the rating that this match made.
    """

    class Outcome(models.TextChoices):
        WIN = "win", "win"
        LOSS = "loss", "loss"
        DRAW = "draw", "draw"
        NONE = "none", "none"

    match = models.ForeignKey(Match, models.CASCADE, related_name="participants", db_index=False)
    seat = models.PositiveSmallIntegerField()
    player = models.ForeignKey(
        Player, models.SET_NULL, null=True, blank=True, related_name="participations", db_index=False
    )
    name = models.CharField("name in the match", max_length=64)
    team = models.PositiveSmallIntegerField()
    bot = models.PositiveSmallIntegerField("computer level", null=True, blank=True)
    place = models.PositiveSmallIntegerField(null=True, blank=True)
    score = models.BigIntegerField(null=True, blank=True)
    fate = models.CharField(max_length=16)
    handed_on = models.PositiveSmallIntegerField("left the seat to another", default=0)
    came_late = models.BooleanField("took the seat of one who left", default=False)
    outcome = models.CharField(max_length=4, choices=Outcome.choices)
    ended = models.DateTimeField()
    rating_version = models.PositiveIntegerField(null=True, blank=True)
    rating_before = models.IntegerField(null=True, blank=True)
    rating_after = models.IntegerField(null=True, blank=True)
    mu_before = models.FloatField(null=True, blank=True)
    mu_after = models.FloatField(null=True, blank=True)
    sigma_before = models.FloatField(null=True, blank=True)
    sigma_after = models.FloatField(null=True, blank=True)

    class Meta:
        ordering = ["match", "seat", "handed_on"]
        constraints = [
            models.UniqueConstraint(fields=["match", "seat", "handed_on"], name="participant_seat_once"),
        ]
        indexes = [
            models.Index(fields=["player", "ended", "match"], name="participant_history"),
        ]

    def __str__(self) -> str:
        return f"{self.name} (seat {self.seat})"

    @property
    def rating_change(self) -> int | None:
        """Shown points won or lost, None where unrated."""
        if self.rating_before is None or self.rating_after is None:
            return None
        return self.rating_after - self.rating_before


class Rating(models.Model):
    """A player's strength in one game, mode and season. `shown` is what people see; see ratings.py."""

    player = models.ForeignKey(Player, models.CASCADE, related_name="ratings", db_index=False)
    game = models.CharField(max_length=64)
    mode = models.CharField(max_length=64)
    season = models.CharField(max_length=16)
    mu = models.FloatField()
    sigma = models.FloatField()
    shown = models.IntegerField("rating")
    provisional = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=0)
    matches = models.PositiveIntegerField(default=0)
    wins = models.PositiveIntegerField(default=0)
    losses = models.PositiveIntegerField(default=0)
    draws = models.PositiveIntegerField(default=0)
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-shown", "player_id"]
        constraints = [
            models.UniqueConstraint(fields=["player", "game", "mode", "season"], name="rating_once"),
        ]
        indexes = [
            models.Index(
                fields=["game", "mode", "season", "provisional", "-shown", "player"],
                name="rating_leaderboard",
            ),
            models.Index(fields=["-shown", "player"], name="rating_shown"),
        ]

    def __str__(self) -> str:
        return f"{self.shown} in {self.game} ({self.mode}, season {self.season})"


class Replay(models.Model):
    """All that runs a match again. `setup` and `records` as `replays.pack` makes them.

    `verified` is the last verdict of a re-run, None before the first.
    """

    match = models.OneToOneField(Match, models.CASCADE, primary_key=True, related_name="replay")
    setup = models.BinaryField()
    records = models.BinaryField()
    count = models.PositiveIntegerField("number of records")
    hash = models.CharField("hash", max_length=64)
    verified = models.BooleanField(null=True, blank=True, editable=False)

    def __str__(self) -> str:
        return f"replay of {self.match_id}"
