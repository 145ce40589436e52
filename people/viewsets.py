"""People in the editing desk: accounts, departments, and choosing a person."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import BooleanColumn, Column, DateColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.views.generic import chooser
from wagtail.admin.viewsets.chooser import ChooserViewSet
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.users.views import users as accounts

from .access import require
from .admin_forms import DepartmentForm, EditAccountForm, NewAccountForm, PersonFilterForm
from .invitations import invite
from .models import Department, User
from .queries import accounts_with_roles, departments_with_size, people_to_choose


class AccountIndexView(accounts.IndexView):
    add_item_label = _("Add an account")
    page_title = _("Accounts")

    def get_base_queryset(self) -> QuerySet[User]:
        return accounts_with_roles()

    @cached_property
    def columns(self) -> list[Column]:
        bulk_checkbox, name, email, *_others = super().columns
        email.label = _("E-mail address")
        return [
            bulk_checkbox,
            name,
            email,
            Column("role_names", label=_("Roles"), width="25%"),
            BooleanColumn("is_active", label=_("Active"), sort_key="is_active", width="8%"),
            DateColumn("last_login", label=_("Last sign-in"), sort_key="last_login", width="14%"),
        ]


class AccountCreateView(accounts.CreateView):
    success_message = _("The account of %(object)s is made; an invitation is on its way.")
    page_title = _("Add an account")

    def save_instance(self) -> User:
        user = super().save_instance()
        invite(self.request, user=user)
        return user


class AccountEditView(accounts.EditView):
    success_message = _("The account of %(object)s is saved.")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        require(request.user, "people.change_user", self.object)
        return super().dispatch(request, *args, **kwargs)


class PersonViewSet(accounts.UserViewSet):
    """Accounts: opened by invitation, given roles, closed. Nobody sets another's password."""

    menu_label = _("Accounts")
    index_view_class = AccountIndexView
    add_view_class = AccountCreateView
    edit_view_class = AccountEditView
    create_template_name = "wagtailadmin/generic/create.html"
    edit_template_name = "wagtailadmin/generic/edit.html"
    copy_view_enabled = False

    def get_form_class(self, for_update: bool = False) -> type:
        return EditAccountForm if for_update else NewAccountForm


class OnlyForChoosers:
    """Only those who name members may look people up: the list shows e-mail addresses."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        require(request.user, "people.choose_user")
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]


class ListOfPeople(OnlyForChoosers):
    """What the list and its search show."""

    filter_form_class = PersonFilterForm

    def get_object_list(self) -> QuerySet[User]:
        return people_to_choose()

    @property
    def title_column(self) -> TitleColumn:
        column = super().title_column  # type: ignore[misc]
        column.label = _("Name")
        return column

    @property
    def columns(self) -> list[Column]:
        return [self.title_column, Column("email", label=_("E-mail address"))]


class ChoosePersonView(ListOfPeople, chooser.ChooseView):
    pass


class ChoosePersonResultsView(ListOfPeople, chooser.ChooseResultsView):
    pass


class PersonChosenView(OnlyForChoosers, chooser.ChosenView):
    pass


class PeopleChosenView(OnlyForChoosers, chooser.ChosenMultipleView):
    pass


class NoNewPersonView(chooser.CreateView):
    def can_create(self) -> bool:
        return False


class PersonChooserViewSet(ChooserViewSet):
    """Looks up a person by name or e-mail address."""

    model = User
    icon = "user"
    choose_one_text = _("Choose a person")
    choose_another_text = _("Choose another person")
    edit_item_text = _("Edit this account")
    # Other forms with a person in them belong to people who may not see this list.
    register_widget = False
    choose_view_class = ChoosePersonView
    choose_results_view_class = ChoosePersonResultsView
    chosen_view_class = PersonChosenView
    chosen_multiple_view_class = PeopleChosenView
    create_view_class = NoNewPersonView


person_chooser = PersonChooserViewSet("people_chooser", url_prefix="people/choose")


class DepartmentIndexView(generic.IndexView):
    def get_base_queryset(self) -> QuerySet[Department]:
        return departments_with_size()


class DepartmentViewSet(ModelViewSet):
    """Departments: founded, renamed, their members and heads named. Never deleted."""

    model = Department
    icon = "group"
    menu_label = _("Departments")
    menu_order = 250
    add_to_admin_menu = True
    copy_view_enabled = False
    index_view_class = DepartmentIndexView
    list_display = [
        "name",
        "city",
        "country",
        Column("member_count", label=_("Members")),
        Column("head_count", label=_("Heads")),
    ]
    search_fields = ["name", "city", "country"]
    ordering = ["name"]
    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [
                    FieldPanel("name"),
                    FieldPanel("city"),
                    FieldPanel("country"),
                    FieldPanel("website"),
                ],
                heading=_("Department"),
            ),
            InlinePanel(
                "memberships",
                heading=_("Members"),
                label=_("Member"),
                help_text=_(
                    "Members are authors: they write below the department's own section and "
                    "nowhere else, and send what they wrote to the editors. Whoever is taken off "
                    "the list loses that right at once; what they wrote stays."
                ),
                panels=[
                    FieldPanel("user", widget=person_chooser.widget_class),
                    FieldPanel("is_head"),
                ],
            ),
        ],
        base_form_class=DepartmentForm,
    )
