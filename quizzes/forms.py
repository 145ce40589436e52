"""The editing form of items and quizzes: authors write for their own departments."""

from typing import Any

from wagtail.admin.forms.models import WagtailAdminModelForm

from people.access import may


class BankForm(WagtailAdminModelForm):
    """Offers an author their own departments, the first of them to begin with."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        department = self.fields.get("department")
        if department is None or may(self.for_user, "quizzes.write_for_any_department"):
            return
        department.required = True
        department.queryset = department.queryset.filter(pk__in=self.for_user.department_ids)
        if not self.instance.department_id:
            self.initial["department"] = department.queryset.first()
