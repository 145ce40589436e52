"""One's own profile."""

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpResponse
from django.urls import reverse, translate_url
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.generic import UpdateView

from .access import require
from .forms import ProfileForm
from .models import User


class ProfileView(LoginRequiredMixin, UpdateView):
    """Name, language and time zone."""

    form_class = ProfileForm
    template_name = "people/profile.html"

    def get_object(self, queryset=None) -> User:
        user = self.request.user
        require(user, "people.change_profile", user)
        # A form on a copy: what fails to validate must not show in the page's header.
        return User.objects.get(pk=user.pk)

    def form_valid(self, form: ProfileForm) -> HttpResponse:
        response = super().form_valid(form)
        with translation.override(self.object.language):
            messages.success(self.request, _("Your profile is saved."))
        return response

    def get_success_url(self) -> str:
        return translate_url(reverse("people:profile"), self.object.language)
