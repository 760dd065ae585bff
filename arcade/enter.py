"""The one-time link into the admin that `play` prints: signed, good for an hour and for one sign-in."""

from datetime import UTC, datetime

from django.contrib.auth import get_user_model, login
from django.contrib.auth.models import AbstractUser
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

SALT = "arcade.enter"
SECONDS = 3600


def admin() -> AbstractUser:
    """A superuser who may sign in; `admin`, without a password, is made where there is none."""
    users = get_user_model()
    found = users.objects.filter(is_superuser=True, is_staff=True, is_active=True).order_by("pk").first()
    if found is None:
        found = users.objects.create_superuser("admin", password=None)
    return found


def link(user: AbstractUser) -> str:
    """The path of a link that signs this user in. The next sign-in of the user, by whatever way, ends it."""
    token = signing.dumps([user.pk, _stamp(user.last_login)], salt=SALT)
    return reverse("enter", args=[token])


@never_cache
@require_safe
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """Sign in and go to the admin, or say why not (403)."""
    try:
        pk, stamp = signing.loads(token, salt=SALT, max_age=SECONDS)
    except signing.BadSignature:
        return _refused()
    users = get_user_model()
    user = users.objects.filter(pk=pk, is_active=True).first()
    if user is None or _stamp(user.last_login) != stamp:
        return _refused()
    # Of two at the same moment one changes the row; `login` then writes the time once more.
    if not users.objects.filter(pk=pk, last_login=user.last_login).update(last_login=datetime.now(UTC)):
        return _refused()
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return redirect("admin:index")


def _refused() -> HttpResponse:
    text = "This link was used or is too old. Stop `make play` and start it again for another."
    return HttpResponse(text, status=403, content_type="text/plain; charset=utf-8")


def _stamp(time: datetime | None) -> str:
    return time.isoformat() if time else ""
