"""What this site's settings say about imports: the secret key and the limits."""

import hashlib
import hmac

from django.conf import settings

from cases.deidentification.pixels import Limits
from cases.deidentification.values import Keyed

from .archives import UploadLimits
from .parsing import ParseLimits
from .staging import StagingLimits

_PURPOSE = b"viewbox de-identification"


def site_key() -> Keyed:
    """The key under which this site's patients, UIDs and dates are replaced."""
    secret = settings.DEIDENTIFICATION_KEY or settings.SECRET_KEY
    return Keyed(hmac.new(secret.encode(), _PURPOSE, hashlib.sha256).digest())


def site_limits() -> StagingLimits:
    """How much one import takes here."""
    return StagingLimits(
        upload=UploadLimits(
            files=settings.DICOM_MAX_FILES,
            file_bytes=settings.DICOM_MAX_FILE_BYTES,
            total_bytes=settings.DICOM_MAX_BYTES,
        ),
        parse=ParseLimits(file_bytes=settings.DICOM_MAX_FILE_BYTES),
        picture=Limits(bytes_decoded=2 * settings.DICOM_MAX_FILE_BYTES),
        seconds=settings.DICOM_MAX_SECONDS,
    )
