"""The one page at `/`."""

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from lobby.people import player_of
from matches.engine import registry


@require_safe
@ensure_csrf_cookie
def home(request: HttpRequest) -> HttpResponse:
    """The page, told which games bring a renderer of their own and whether this browser is signed in."""
    names = [game.name for game in registry.all() if finders.find(f"arcade/games/{game.name}.js")]
    signed_in = player_of(request) is not None
    return render(request, "arcade/home.html", {"renderers": " ".join(names), "signed_in": signed_in})
