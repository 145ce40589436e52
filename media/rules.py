"""Who may do what to a lecture."""

import rules
from wagtail.permission_policies.collections import CollectionOwnershipPermissionPolicy

from people.rules import is_active, is_editor


def lecture_permission_policy() -> CollectionOwnershipPermissionPolicy:
    """Wagtail's collection permissions for lectures: departments own their collections."""
    from .models import Lecture  # noqa: PLC0415  rules come before models in import order

    return CollectionOwnershipPermissionPolicy(
        Lecture, auth_model=Lecture, owner_field_name="uploaded_by"
    )


def by_collection(action: str):
    """A predicate asking the collection policy for `action` on a lecture (or on any, if None)."""

    @rules.predicate(f"lecture_collection:{action}")
    def predicate(user, lecture=None) -> bool:
        policy = lecture_permission_policy()
        if lecture is None:
            return policy.user_has_permission(user, action)
        return policy.user_has_permission_for_instance(user, action, lecture)

    return predicate


rules.set_perm("media.add_lecture", is_active & (is_editor | by_collection("add")))
rules.set_perm("media.change_lecture", is_active & (is_editor | by_collection("change")))
rules.set_perm("media.delete_lecture", is_active & (is_editor | by_collection("delete")))
rules.set_perm("media.choose_lecture", is_active & (is_editor | by_collection("choose")))
rules.set_perm("media.watch_lecture", rules.always_allow)
rules.set_perm("media.record_watching", is_active)
