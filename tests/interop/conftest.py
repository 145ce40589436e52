"""A platform that is registered here, and the walk of a browser through a launch."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client

from interop.keys import key_set
from interop.models import Platform
from tests.interop.platform_emulator import PlatformEmulator, running_platform


@pytest.fixture
def platform(db) -> Iterator[PlatformEmulator]:
    with running_platform(tool_keys=key_set) as running:
        Platform.objects.create(**running.registration)
        yield running


class Walk:
    """One browser's way from the platform into the hub."""

    def __init__(self, platform: PlatformEmulator) -> None:
        self.platform = platform
        self.browser = Client()

    def begin(self, *, target: str = "http://testserver/lti/launch/", **more: str) -> dict:
        """The platform's login request; returns what the hub asks the platform for."""
        data = {
            "iss": self.platform.url,
            "login_hint": "hint-7",
            "target_link_uri": target,
            "client_id": self.platform.client_id,
            "lti_message_hint": "message-9",
        } | more
        response = self.browser.post("/lti/login/", data)
        assert response.status_code == 302, response.content.decode()
        assert response["Location"].startswith(f"{self.platform.url}/auth?")
        return dict(parse_qsl(urlsplit(response["Location"]).query))

    def answer(self, asked: dict, *, target: str = "", headers: dict | None = None, **claims: Any):
        """The platform's answer to it, by the browser."""
        said = self.platform.claims(nonce=asked["nonce"], target=target, **claims)
        return self.post(asked["state"], self.platform.sign(said), headers=headers)

    def post(self, state: str, token: str, *, headers: dict | None = None):
        return self.browser.post(
            "/lti/launch/", {"state": state, "id_token": token}, follow=True, headers=headers
        )

    def launch(self, target: str, *, headers: dict | None = None, **claims: Any):
        return self.answer(self.begin(target=target), target=target, headers=headers, **claims)


@pytest.fixture
def walk(platform) -> Walk:
    return Walk(platform)
