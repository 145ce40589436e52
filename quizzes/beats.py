"""The web's sign of life, from a thread beside the requests (`quizzes.domain.outages`)."""

import logging
import threading
import time

from django.db import DatabaseError, InterfaceError, close_old_connections

from .domain.outages import BEAT_EVERY_S, beat

logger = logging.getLogger("quizzes")


def start_beating() -> threading.Thread:
    """Begin to leave signs of life; called once by each web process."""
    thread = threading.Thread(target=_beat_for_ever, daemon=True, name="hub-beat")
    thread.start()
    return thread


def _beat_for_ever() -> None:
    while True:
        close_old_connections()
        try:
            outage = beat()
        except (DatabaseError, InterfaceError):
            # The gap this leaves is what tells of it later.
            logger.warning("No sign of life: the database is away")
        except Exception:
            # Whatever it was: a hub that lives and shows no sign of it would end no exam.
            logger.exception("No sign of life; trying again")
        else:
            if outage:
                logger.warning("The hub was away: %s", outage)
        time.sleep(BEAT_EVERY_S)
