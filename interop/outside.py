"""Asking other systems over HTTP: bounded in time and size, failures sorted into two kinds."""

from typing import Any

import requests
from django.conf import settings

_LONGEST_ANSWER = 1024 * 1024
_TRY_AGAIN = frozenset({401, 408, 425, 429})


class OutsideFailure(Exception):
    """The other system did not do what was asked; the message is for those who run the hub."""


class Unavailable(OutsideFailure):
    """It may work later: no answer, an overload, an outage, an access token run out."""


class Refused(OutsideFailure):
    """It will not work later either: the other system has understood and refuses."""

    def __init__(self, message: str, *, status: int) -> None:
        super().__init__(message)
        self.status = status


def ask(method: str, url: str, **options: Any) -> requests.Response:
    """Send a request; returns a successful answer, at most 1 MiB of it.

    Redirects are not followed: with them a secret would go where nobody has agreed on. Raises
    `Unavailable`, `Refused`.
    """
    wait_s = settings.OUTSIDE_TIMEOUT_S
    options |= {"allow_redirects": False, "stream": True}
    try:
        with requests.request(method, url, timeout=wait_s, **options) as answer:
            answer._content = answer.raw.read(_LONGEST_ANSWER, decode_content=True)
    except (requests.RequestException, OSError) as error:
        raise Unavailable(f"{url}: {type(error).__name__}") from error
    except ValueError as error:
        raise Refused(f"{url}: {error}", status=0) from error
    if answer.ok and not answer.is_redirect:
        return answer
    told = f"{url}: HTTP {answer.status_code} {answer.text[:300]}".strip()
    if answer.status_code >= 500 or answer.status_code in _TRY_AGAIN:
        raise Unavailable(told)
    raise Refused(told, status=answer.status_code)


def ask_json(method: str, url: str, **options: Any) -> Any:
    """As `ask`; returns the JSON of the answer. Raises `Refused` where it is none."""
    answer = ask(method, url, **options)
    try:
        return answer.json()
    except ValueError as error:
        raise Refused(f"{url}: no JSON", status=answer.status_code) from error
