"""Adds the people of the review's journey to a running hub.

Run as a script in the hub's own environment (`python -m tests.journeys.review_people`).
"""

import os

FIRST, SECOND, RESIDENT = (
    "first.reviewer@example.com",
    "second.reviewer@example.com",
    "reading.resident@example.com",
)

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings.development")
    import django

    django.setup()

    from allauth.account.models import EmailAddress

    from people.domain.roles import give_role
    from people.roles import Role
    from tests.factories import UserFactory

    for email, name, role in (
        (FIRST, "First", Role.REVIEWER),
        (SECOND, "Second", Role.REVIEWER),
        (RESIDENT, "Reading", Role.RESIDENT),
    ):
        user = UserFactory(email=email, first_name=name, last_name="Person", language="en")
        give_role(user=user, role=role)
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
