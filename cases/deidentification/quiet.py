"""Reading without echo: pydicom's warnings and log lines quote the values they complain about."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from pydicom import config


@contextmanager
def without_echo() -> Iterator[None]:
    """Within, pydicom neither warns nor logs, and takes malformed values as they are."""
    logger = logging.getLogger("pydicom")
    was_disabled, mode = logger.disabled, config.settings.reading_validation_mode
    logger.disabled = True
    config.settings.reading_validation_mode = config.IGNORE
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.disabled = was_disabled
        config.settings.reading_validation_mode = mode
