"""Who may do what to a lecture."""

from functools import cache
from typing import Any

import rules
from wagtail.models import Collection
from wagtail.permission_policies.collections import CollectionOwnershipPermissionPolicy

from people.gates import is_let_in
from people.rules import is_active, is_editor


class LecturePermissionPolicy(CollectionOwnershipPermissionPolicy):
    """Collection permissions as pictures have them, and editors may do everything.

    Departments own their collections: their authors add lectures there and change their own.
    """

    def _check_perm(self, user: Any, actions: Any, collection: Collection | None = None) -> bool:
        return is_editor(user) or super()._check_perm(user, actions, collection=collection)

    def _collections_with_perm(self, user: Any, actions: Any) -> Any:
        if is_editor(user):
            return Collection.objects.all()
        return super()._collections_with_perm(user, actions)


@cache
def lecture_permission_policy() -> LecturePermissionPolicy:
    """The policy that Wagtail's views and our predicates ask."""
    from .models import Lecture  # noqa: PLC0415  rules come before models in import order

    return LecturePermissionPolicy(Lecture, auth_model=Lecture, owner_field_name="uploaded_by")


def by_collection(action: str) -> Any:
    """A predicate asking the collection policy for `action` on a lecture (or on any, if None)."""

    @rules.predicate(f"lecture_collection:{action}")
    def predicate(user: Any, lecture: Any = None) -> bool:
        policy = lecture_permission_policy()
        if lecture is None:
            return policy.user_has_permission(user, action)
        return policy.user_has_permission_for_instance(user, action, lecture)

    return predicate


@rules.predicate
def is_public_lecture(_user: Any, lecture: Any = None) -> bool:
    """Whether everybody may watch (asked of no lecture in particular: yes)."""
    return lecture is None or lecture.is_public


@rules.predicate
def owns_upload(user: Any, upload: Any) -> bool:
    return upload.owner_id == user.pk


may_upload = is_active & (by_collection("add") | by_collection("change"))


@rules.predicate
def may_upload_at_all(user: Any) -> bool:
    """Whoever may add or change any lecture may send recordings."""
    return may_upload.test(user)


rules.set_perm("media.upload_recording", may_upload_at_all)
# Of an upload, whatever it is for; what is made of it has a right of its own.
rules.set_perm("media.continue_upload", is_active & owns_upload)
rules.set_perm("media.add_lecture", is_active & by_collection("add"))
rules.set_perm("media.change_lecture", is_active & by_collection("change"))
rules.set_perm("media.delete_lecture", is_active & by_collection("delete"))
rules.set_perm("media.choose_lecture", is_active & by_collection("choose"))
rules.set_perm("media.watch_lecture", is_public_lecture | is_active)
# By an address of its own, without a page that shows it: captions, transcript, what was watched.
rules.set_perm(
    "media.open_lecture",
    is_public_lecture | (is_active & (by_collection("change") | is_let_in)),
)
rules.set_perm("media.record_watching", is_active)
rules.set_perm("media.bookmark_lecture", is_active)


@rules.predicate
def sees_lectures(user: Any) -> bool:
    """Whether the person has any right on any lecture."""
    return lecture_permission_policy().user_has_any_permission(
        user, ["add", "change", "delete", "choose"]
    )


rules.set_perm("media.see_lectures", is_active & sees_lectures)
