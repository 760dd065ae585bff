"""Who asks over HTTP, and how they sign in."""

from datetime import timedelta
from typing import Any

from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.utils import timezone

from arcade.security import bearer
from arcade.security.http import bearer_token
from matches.models import Player, new_player_id
from matches.names import MAX_NAME, clean_name
from protocol.errors import ProtocolError

SESSION_KEY = "player"
SESSION_SECONDS = 180 * 24 * 3600
"""A guest has nothing but the cookie: half a year."""

SEEN_EVERY = timedelta(minutes=10)


def player_of(request: HttpRequest) -> Player | None:
    """The player of the bearer token, else of the session, else of the signed-in user (made on first need).

    A bearer token that is no good means None, whatever the cookies say.
    """
    token = bearer_token(request)
    if token is not None:
        return _seen(_find(bearer.read(token)))
    player = _seen(_find(request.session.get(SESSION_KEY)))
    if player is not None:
        return player
    user = getattr(request, "user", None)
    return player_of_user(user) if user is not None and user.is_authenticated else None


def require_player(request: HttpRequest) -> Player:
    """`player_of`; raises ProtocolError `sign-in` where there is none."""
    player = player_of(request)
    if player is None:
        raise ProtocolError("sign-in")
    return player


def player_of_user(user: AbstractBaseUser) -> Player:
    """The one player of an account."""
    player, _ = Player.objects.get_or_create(user_id=user.pk, defaults={"name": _account_name(user)})
    return player


def name_of(text: str | None) -> str | None:
    """A wanted name as it is kept, None where none was wanted. Raises ProtocolError `malformed`."""
    if text is None or not text.strip():
        return None
    try:
        return clean_name(text)
    except ValueError as error:
        raise ProtocolError("malformed", str(error)) from error


def sign_in_guest(request: HttpRequest, wanted: str | None) -> Player:
    """The guest of this request, under the wanted name; who was known already stays who he is."""
    name = name_of(wanted)
    player = player_of(request)
    if player is None:
        ident = new_player_id()
        player = Player.objects.create(id=ident, name=name or f"Guest {ident[:4].upper()}")
    elif name is not None and name != player.name and player.guest:
        player.name = name
        player.save(update_fields=["name"])
    if bearer_token(request) is None:
        _remember(request, player)
    return player


def sign_in_account(request: HttpRequest, username: str, password: str) -> Player:
    """The player of this account; a guest's history goes to an account that has no player yet.

    Raises ProtocolError `wrong-password`.
    """
    user = authenticate(request, username=username, password=password)
    if user is None:
        raise ProtocolError("wrong-password")
    guest = player_of(request)
    if guest is not None and guest.guest and not Player.objects.filter(user_id=user.pk).exists():
        Player.objects.filter(pk=guest.pk, user=None).update(user_id=user.pk)
    player = player_of_user(user)
    if bearer_token(request) is None:
        login(request, user)
        _remember(request, player)
    return player


def sign_out(request: HttpRequest) -> None:
    """Forget the session. Bearer tokens end by themselves."""
    logout(request)


def told(player: Player) -> dict[str, Any]:
    """What the API says of a player to himself."""
    return {"id": player.id, "name": player.name, "guest": player.guest}


def _remember(request: HttpRequest, player: Player) -> None:
    if request.session.get(SESSION_KEY) != player.id:
        request.session.cycle_key()
        request.session[SESSION_KEY] = player.id
        request.session.set_expiry(SESSION_SECONDS)


def _find(ident: str | None) -> Player | None:
    return Player.objects.filter(pk=ident).first() if ident else None


def _seen(player: Player | None) -> Player | None:
    now = timezone.now()
    if player is not None and now - player.last_seen > SEEN_EVERY:
        player.last_seen = now
        player.save(update_fields=["last_seen"])
    return player


def _account_name(user: AbstractBaseUser) -> str:
    try:
        return clean_name(user.get_username()[:MAX_NAME])
    except ValueError:
        return "Player"
