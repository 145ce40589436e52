"""Founding departments and keeping their members' rights in step."""

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from wagtail.models import Collection, GroupCollectionPermission

from people.models import Department, Membership, User
from people.roles import Role

from .roles import forget_rights, give_role, take_role

# What a department's members may do with files in their department's own collection.
COLLECTION_PERMISSIONS = (
    ("wagtailimages", "image"),
    ("wagtaildocs", "document"),
    ("media", "lecture"),
)


def _group_name(name: str) -> str:
    return f"Department: {name}"


@transaction.atomic
def found_department(*, name: str, city: str, country: str, website: str = "") -> Department:
    """Make a department with its own group and its own collection for files."""
    collection = Collection.get_first_root_node().add_child(instance=Collection(name=name))
    department = Department.objects.create(
        name=name,
        city=city,
        country=country,
        website=website,
        group=Group.objects.create(name=_group_name(name)),
        collection=collection,
    )
    grant_collection_rights(department=department)
    return department


@transaction.atomic
def describe_department(
    *, department: Department, name: str, city: str, country: str, website: str = ""
) -> Department:
    """Change what a department is called and where it is; its group and collection follow."""
    department.name = name
    department.city, department.country, department.website = city, country, website
    department.save()
    department.group.name = _group_name(name)
    department.group.save(update_fields=["name"])
    department.collection.name = name
    department.collection.save(update_fields=["name"])
    return department


def grant_collection_rights(*, department: Department) -> None:
    """Let the department's group add, change and choose files in its collection. Idempotent."""
    codenames = ("add", "change", "choose")
    for app_label, model in COLLECTION_PERMISSIONS:
        for content_type in ContentType.objects.filter(app_label=app_label, model=model):
            for permission in Permission.objects.filter(
                content_type=content_type, codename__in=[f"{verb}_{model}" for verb in codenames]
            ):
                GroupCollectionPermission.objects.get_or_create(
                    group=department.group,
                    collection=department.collection,
                    permission=permission,
                )


@transaction.atomic
def add_member(*, department: Department, user: User, is_head: bool = False) -> Membership:
    """Make `user` a member and an author; asking twice only changes `is_head`."""
    membership, _created = Membership.objects.update_or_create(
        department=department, user=user, defaults={"is_head": is_head}
    )
    user.groups.add(department.group)
    give_role(user=user, role=Role.AUTHOR)
    _forget(user)
    return membership


@transaction.atomic
def remove_member(*, department: Department, user: User) -> None:
    """End a membership with its rights; who is in no department any more is no author either."""
    Membership.objects.filter(department=department, user=user).delete()
    user.groups.remove(department.group)
    _forget(user)
    if not user.memberships.exists():
        take_role(user=user, role=Role.AUTHOR)


@transaction.atomic
def set_members(*, department: Department, heads: dict[User, bool]) -> None:
    """Make exactly `heads` (user → head of department?) the department's members."""
    for user in User.objects.filter(memberships__department=department).exclude(
        pk__in=[user.pk for user in heads]
    ):
        remove_member(department=department, user=user)
    for user, is_head in heads.items():
        add_member(department=department, user=user, is_head=is_head)


def _forget(user: User) -> None:
    """Drop what the object remembers of its departments and rights."""
    user.__dict__.pop("department_ids", None)
    forget_rights(user)
