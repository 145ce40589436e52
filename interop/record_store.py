"""Speaking to the learning record store (Experience API 1.0.3)."""

from django.conf import settings

from .models import Statement
from .outside import Refused, Unavailable, ask
from .vocabulary import VERSION

_CONFLICT = 409
_WRONG_KEY = (401, 403)


def is_set() -> bool:
    """Whether statements are made at all."""
    return bool(settings.LRS_ENDPOINT)


def put_statement(*, statement: Statement) -> None:
    """Store a statement under its id. Raises `Unavailable`, `Refused`.

    The store answers the second time as the first (xAPI 2.1.1); one that answers 409 has it. A key
    that is refused is a matter of settings, which will be mended: try again.
    """
    if not is_set():
        raise Unavailable("No record store is set (VIEWBOX_LRS_ENDPOINT).")
    try:
        ask(
            "PUT",
            f"{settings.LRS_ENDPOINT.rstrip('/')}/statements",
            params={"statementId": str(statement.statement_id)},
            json=statement.body,
            headers={"X-Experience-API-Version": VERSION},
            auth=(settings.LRS_USER, settings.LRS_PASSWORD),
        )
    except Refused as refused:
        if refused.status in _WRONG_KEY:
            raise Unavailable(str(refused)) from refused
        if refused.status != _CONFLICT:
            raise
