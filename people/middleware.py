"""Shows times in the reader's zone, and minds the door of the editing desk."""

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from .access import may

GetResponse = Callable[[HttpRequest], HttpResponse]


class TimeZoneMiddleware:
    """Activate the signed-in reader's time zone for the length of the request."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # The session cookie is looked at first so that anonymous pages cost no query.
        if request.COOKIES.get(settings.SESSION_COOKIE_NAME) and request.user.is_authenticated:
            with timezone.override(request.user.zone):
                return self.get_response(request)
        return self.get_response(request)


class EditingDeskMiddleware:
    """One way into Wagtail's admin: the site's own sign-in, with a second factor where required.

    Wagtail brings a sign-in form of its own that knows neither our lock against guessing nor
    second factors; whoever comes to it is sent to ours.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(reverse("wagtailadmin_home")):
            return self.get_response(request)
        if request.path == reverse("wagtailadmin_login"):
            return self._to_sign_in(request)
        if settings.VIEWBOX_STAFF_MFA and self._lacks_second_factor(request):
            with translation.override(request.user.language):
                messages.warning(
                    request,
                    _("The editing desk needs a second factor. Set it up here, then go on."),
                )
                return redirect("mfa_activate_totp")
        return self.get_response(request)

    def _to_sign_in(self, request: HttpRequest) -> HttpResponse:
        target = request.GET.get("next", "")
        if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
            target = reverse("wagtailadmin_home")
        if request.user.is_authenticated and may(request.user, "people.enter_admin"):
            return redirect(target)
        return redirect_to_login(target, resolve_url(settings.LOGIN_URL))

    def _lacks_second_factor(self, request: HttpRequest) -> bool:
        if request.path == reverse("wagtailadmin_logout"):
            return False
        user = request.user
        return (
            user.is_authenticated and may(user, "people.enter_admin") and not is_mfa_enabled(user)
        )
