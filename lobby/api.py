"""HTTP of the lobby: sign-in and socket tickets."""

from typing import Any, Literal

import structlog
from django.http import HttpRequest
from django.middleware.csrf import get_token
from ninja import Field, Router, Schema
from redis.exceptions import RedisError

from arcade.security import bearer, limits, tickets
from arcade.security.http import AWAY, AWAY_SECONDS, bearer_token, check_intent, spend
from lobby import people
from matches import directory
from matches.models import Player
from matches.schemas import Problem
from protocol.errors import ProtocolError

router = Router(tags=["lobby"])
_log = structlog.get_logger(__name__)


class Me(Schema):
    id: str
    name: str
    guest: bool


class SignedIn(Schema):
    """`token` is for `Authorization: Bearer …`, good for 30 days; browsers need only the cookie."""

    player: Me
    token: str


class WhoAmI(Schema):
    player: Me | None


class GuestWish(Schema):
    name: str | None = Field(None, max_length=200)


class Account(Schema):
    username: str = Field(max_length=150)
    password: str = Field(max_length=4096)


class TicketWish(Schema):
    purpose: Literal["lobby", "match", "watch"]
    match: str | None = Field(None, max_length=40)


class TicketGiven(Schema):
    """Connect to `path` with `?ticket=` within `expires_in` seconds; good for one handshake."""

    ticket: str
    path: str
    expires_in: int


class Done(Schema):
    done: bool = True


ERRORS: dict[Any, Any] = {400: Problem, 401: Problem, 403: Problem, 429: Problem, 503: Problem}


@router.post("/guest", response={200: SignedIn, **ERRORS}, summary="Sign in as a guest")
def guest(request: HttpRequest, wish: GuestWish | None = None) -> dict[str, Any]:
    """Makes a player, or tells who the caller is already. A guest who gives a name is renamed."""
    spend(request, "guest", limits.guests_per_address())
    check_intent(request, by_cookie=people.player_of(request) is not None)
    player = people.sign_in_guest(request, wish.name if wish is not None else None)
    return _signed_in(request, player)


@router.post("/account/login", response={200: SignedIn, **ERRORS}, summary="Sign in to an account")
def account_login(request: HttpRequest, account: Account) -> dict[str, Any]:
    """A guest who signs in to an account without a player takes his history along."""
    spend(request, "login-address", limits.sign_ins())
    spend(request, "login-name", limits.sign_ins(), account.username.lower())
    check_intent(request, by_cookie=people.player_of(request) is not None)
    return _signed_in(request, people.sign_in_account(request, account.username, account.password))


@router.post("/account/logout", response={200: Done, **ERRORS}, summary="Forget this browser's session")
def account_logout(request: HttpRequest) -> dict[str, Any]:
    check_intent(request, by_cookie=True)
    people.sign_out(request)
    return {"done": True}


@router.get("/me", response=WhoAmI, summary="Who the server takes you for")
def me(request: HttpRequest) -> dict[str, Any]:
    """`player` is null for a stranger. Sets the csrftoken cookie."""
    get_token(request)
    player = people.player_of(request)
    return {"player": people.told(player) if player is not None else None}


@router.post(
    "/socket-ticket",
    response={200: TicketGiven, 404: Problem, **ERRORS},
    summary="A single-use ticket for one socket's handshake",
)
def socket_ticket(request: HttpRequest, wish: TicketWish) -> dict[str, Any]:
    """`match` is needed for the purposes match (you have a seat in it) and watch."""
    player = people.require_player(request)
    check_intent(request, by_cookie=True)
    spend(request, "ticket", limits.tickets_per_player(), player.id)
    try:
        ticket, path = _ticket(player, wish)
        secret = tickets.issue(ticket)
    except (RedisError, OSError) as error:
        _log.warning("ticket store away", error=repr(error))
        raise ProtocolError("busy", AWAY, retry_after=AWAY_SECONDS) from error
    return {"ticket": secret, "path": path, "expires_in": tickets.SECONDS}


def _ticket(player: Player, wish: TicketWish) -> tuple[tickets.Ticket, str]:
    if wish.purpose == "lobby":
        return tickets.Ticket(player.id, player.name, "lobby"), "/ws/lobby/"
    if not wish.match:
        raise ProtocolError("malformed", f"The purpose {wish.purpose} needs the id of a match.")
    live = directory.get_sync(wish.match)
    if live is None:
        raise ProtocolError("match-unknown")
    seat = live.seat_of(player.id) if wish.purpose == "match" else None
    if wish.purpose == "match" and seat is None:
        raise ProtocolError("no-seat", 'You have no seat in this match; ask with the purpose "watch".')
    return tickets.Ticket(player.id, player.name, wish.purpose, live.match, seat), f"/ws/match/{live.match}/"


def _signed_in(request: HttpRequest, player: Player) -> dict[str, Any]:
    if bearer_token(request) is None:
        get_token(request)
    return {"player": people.told(player), "token": bearer.make(player.id)}
