"""Forms of the editing desk about people: accounts with their roles, departments with members."""

from django import forms
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.forms.choosers import BaseFilterForm

from .access import may
from .domain.accounts import open_account, save_account
from .domain.departments import describe_department, found_department, set_members
from .forms import NAME_FIELDS, offer_current_zone
from .models import Department, User, time_zone_choices
from .queries import named_like
from .roles import GIVEN_ROLES, Role

ROLE_CHOICES = [(role.value, role.label) for role in GIVEN_ROLES]


class AccountForm(WagtailAdminModelForm):
    """What the administration of accounts has in common."""

    class Meta:
        model = User
        fields = ["email", "first_name", "last_name", "language", "time_zone"]
        labels = NAME_FIELDS

    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zone_choices, initial="UTC")
    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=ROLE_CHOICES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "Authors are missing here on purpose: whoever is a member of a department is an "
            "author, and writes in that department's section. Organisers manage accounts, "
            "editors publish."
        ),
    )
    is_superuser = forms.BooleanField(
        label=_("Superuser"),
        required=False,
        help_text=_("May do everything, whatever the roles say. Needed by very few."),
    )

    def __init__(self, *args, **kwargs) -> None:
        self.editing_self = kwargs.pop("editing_self", False)
        super().__init__(*args, **kwargs)
        offer_current_zone(self.fields["time_zone"], self.instance.time_zone)
        # Nobody takes the last superuser's right away by a slip on their own account.
        if self.editing_self or not may(self.for_user, "people.appoint_superuser"):
            del self.fields["is_superuser"]

    def cleaned_roles(self) -> list[Role]:
        return [Role(code) for code in self.cleaned_data["roles"]]


class NewAccountForm(AccountForm):
    """An account made for somebody else; they choose their password by mail."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["roles"].initial = [Role.RESIDENT]

    def clean_email(self) -> str:
        email = self.cleaned_data["email"].strip().lower()
        if User.objects.filter(email__iexact=email).exists():
            raise forms.ValidationError(_("There is an account with this address already."))
        return email

    def save(self, commit: bool = True) -> User:  # noqa: ARG002  a form's signature
        data = self.cleaned_data
        self.instance = open_account(
            email=data["email"],
            first_name=data["first_name"],
            last_name=data["last_name"],
            language=data["language"],
            time_zone=data["time_zone"],
            roles=self.cleaned_roles(),
            is_superuser=data.get("is_superuser", False),
        )
        return self.instance


class EditAccountForm(AccountForm):
    """An existing account. Its address is changed by its owner, who confirms the new one."""

    class Meta(AccountForm.Meta):
        fields = [*AccountForm.Meta.fields, "is_active"]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].disabled = True
        self.fields["email"].help_text = _("People change it themselves, in their profile.")
        self.fields["roles"].initial = [role for role in GIVEN_ROLES if role in self.instance.roles]
        if "is_superuser" in self.fields:
            self.fields["is_superuser"].initial = self.instance.is_superuser
        if self.editing_self:
            del self.fields["is_active"]

    def save(self, commit: bool = True) -> User:  # noqa: ARG002  a form's signature
        is_superuser = self.cleaned_data.get("is_superuser", self.instance.is_superuser)
        self.instance = save_account(
            user=self.instance, roles=self.cleaned_roles(), is_superuser=is_superuser
        )
        return self.instance


class PersonFilterForm(BaseFilterForm):
    """Finds people by parts of their names or address."""

    q = forms.CharField(label=_("Name or e-mail address"), required=False)

    def filter(self, objects: QuerySet[User]) -> QuerySet[User]:
        words = self.cleaned_data["q"]
        self.is_searching, self.search_query = bool(words), words
        return named_like(objects, words=words.split())


class DepartmentForm(WagtailAdminModelForm):
    """A department with its members; saved by the verbs that keep groups and rights in step."""

    class Meta:
        model = Department
        fields = ["name", "city", "country", "website"]

    @transaction.atomic
    def save(self, commit: bool = True) -> Department:  # noqa: ARG002  a form's signature
        data = {name: self.cleaned_data[name] for name in self.Meta.fields}
        if self.instance.pk is None:
            department = found_department(**data)
        else:
            department = describe_department(
                department=Department.objects.get(pk=self.instance.pk), **data
            )
        set_members(department=department, heads=self._heads())
        self.instance = department
        return department

    def _heads(self) -> dict[User, bool]:
        """user → head of department? Nobody is listed twice: the form set sees to it."""
        rows = [form.cleaned_data for form in self.formsets["memberships"].forms]
        return {row["user"]: row["is_head"] for row in rows if row and not row["DELETE"]}
