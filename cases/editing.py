"""The case editor's own parts: the completeness meter, and the form that minds it on submission."""

from typing import Any

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.panels import Panel

from people.access import may

SUBMITS = ("action-submit", "action-restart-workflow")


class CompletenessPanel(Panel):
    """What the case has and what it lacks, as it was last saved."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "cases/admin/completeness.html"

        def is_shown(self) -> bool:
            return self.instance.pk is not None

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            from cases.domain.completeness import completeness_of  # noqa: PLC0415

            context = super().get_context_data(parent_context)
            return context | {
                "completeness": completeness_of(case=self.instance),
                "ways": self._ways(),
            }

        def _ways(self) -> list[tuple[str, str]]:
            """To what is written elsewhere than in the form; Wagtail keeps the same in a menu."""
            if not may(self.request.user, "cases.import_dicom", self.instance):
                return []
            return [
                (_("DICOM studies"), reverse("cases_dicom:studies", args=[self.instance.pk])),
                (_("Marks on the stack"), reverse("cases:marks", args=[self.instance.pk])),
            ]


class CaseForm(WagtailAdminPageForm):
    """A case's form: anything may be saved; what is needed for a review is asked on submission.

    Accounts are offered of the author's own departments only.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "authors" in self.formsets:
            self.formsets["authors"].form = self._author_form(self.formsets["authors"].form)

    def _author_form(self, base: type) -> type:
        people = self._colleagues

        class AuthorForm(base):  # type: ignore[misc,valid-type]
            def __init__(self, *args: Any, **kwargs: Any) -> None:
                super().__init__(*args, **kwargs)
                chosen = self.instance.user_id
                self.fields["user"].queryset = people(chosen)

        return AuthorForm

    def _colleagues(self, chosen: int | None) -> Any:
        from cases.review_queries import colleagues_of  # noqa: PLC0415  it reads the models

        return colleagues_of(user=self.for_user, and_also=chosen)

    @cached_property
    def is_submission(self) -> bool:
        return any(name in self.data for name in SUBMITS)

    def clean(self) -> dict[str, Any]:
        from cases.domain.completeness import missing_for_review  # noqa: PLC0415
        from cases.domain.review import refusal_to_submit  # noqa: PLC0415

        cleaned = super().clean()
        if self.is_submission:
            refusal = refusal_to_submit(case=self.instance, user=self.for_user)
            if refusal:
                self.add_error(None, refusal)
            for lack in missing_for_review(case=self.instance, cleaned=cleaned):
                if self.has_error(lack.field, "required"):
                    # Said with its reason below, once.
                    del self.errors[lack.field]
                self.add_error(
                    lack.field if lack.field in self.fields else None,
                    _("Needed before the case can be reviewed: %(what)s") % {"what": lack.hint},
                )
        return cleaned

    def save(self, commit: bool = True) -> Any:
        if self.instance.pk is None:
            # Pages are live by default, and Wagtail adds one to the tree before it publishes it.
            self.instance.live = False
        return super().save(commit)
