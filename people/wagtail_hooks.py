"""People in the editing desk."""

from wagtail import hooks

from .bulk_actions import NoRoleForMany, SetActiveState
from .viewsets import DepartmentViewSet, person_chooser

# Later than Wagtail's own of the same name, so that ours count.
AFTER_WAGTAIL = 10


@hooks.register("register_admin_viewset")
def register_departments() -> list:
    return [DepartmentViewSet("departments", url_prefix="departments"), person_chooser]


hooks.register("register_bulk_action", SetActiveState, order=AFTER_WAGTAIL)
hooks.register("register_bulk_action", NoRoleForMany, order=AFTER_WAGTAIL)
