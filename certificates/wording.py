"""What certificates say, in their own language whatever the reader's is."""

from datetime import UTC, datetime, time

from django.conf import settings
from django.utils import formats, translation
from django.utils.translation import get_language_bidi, gettext, pgettext

from certificates.documents.badge import BadgeFacts
from certificates.documents.pdf import Wording
from certificates.models import Certificate, CreditType
from people.addresses import full_address


def wording(certificate: Certificate) -> Wording:
    """The words of the PDF."""
    with translation.override(certificate.language):
        return Wording(
            language=certificate.language,
            direction="rtl" if get_language_bidi() else "ltr",
            heading=heading(certificate),
            name=certificate.printed_name,
            statement=statement(certificate),
            title=certificate.title,
            facts=tuple(_facts(certificate)),
            issuer=certificate.issuer,
            verify_words=gettext("Anybody can check this certificate here:"),
            verify_url=absolute_url(certificate),
            qr_description=gettext("Code that leads to the page where this certificate is checked"),
            number=certificate.number,
        )


def heading(certificate: Certificate) -> str:
    """What the certificate is called."""
    return {
        CreditType.ENDURING: gettext("Certificate of completion"),
        CreditType.LIVE: gettext("Certificate of attendance"),
    }.get(CreditType(certificate.credit_type), gettext("Certificate"))


def statement(certificate: Certificate) -> str:
    """The sentence between the name and what was certified."""
    # Translators: the name stands on the line above, the title on the line below; keep the
    # sentence free of the person's gender.
    return {
        CreditType.ENDURING: gettext("This is to certify completion of the course"),
        CreditType.LIVE: gettext("This is to certify attendance of"),
        CreditType.PRESENTING: gettext("This is to certify the presentation of"),
        CreditType.REVIEWING: gettext("This is to certify reviewing for"),
        CreditType.TEACHING: gettext("This is to certify teaching of"),
    }[CreditType(certificate.credit_type)]


def _facts(certificate: Certificate) -> list[tuple[str, str]]:
    day = formats.date_format(certificate.completed_on, "j E Y")
    is_course = certificate.credit_type == CreditType.ENDURING
    facts = [(gettext("Completed") if is_course else pgettext("of a day", "Date"), day)]
    if certificate.credits:
        number = formats.number_format(certificate.credits.normalize(), use_l10n=True)
        facts.append((gettext("Credits"), f"{number} · {certificate.get_credit_type_display()}"))
    if certificate.expires_on:
        until = formats.date_format(certificate.expires_on, "j E Y")
        facts.append((gettext("Valid until"), until))
    facts.append((pgettext("of a certificate", "Number"), certificate.number))
    return facts


def absolute_url(certificate: Certificate) -> str:
    """Where the certificate is checked, in its own language."""
    with translation.override(certificate.language):
        return full_address(certificate.verification_path)


def badge_facts(certificate: Certificate, *, place: tuple[str, int]) -> BadgeFacts:
    """What the badge says; `place` is its list of revoked ones and its bit there."""
    status_list, status_bit = place
    expires_at = certificate.expires_on and datetime.combine(
        certificate.expires_on, time.max, tzinfo=UTC
    )
    with translation.override(certificate.language):
        return BadgeFacts(
            url=absolute_url(certificate),
            achievement_url=f"urn:uuid:{certificate.subject_key}",
            title=certificate.title,
            narrative=f"{statement(certificate)} “{certificate.title}”",
            printed_name=certificate.printed_name,
            credits=float(certificate.credits),
            issuer=certificate.issuer,
            issuer_url=settings.WAGTAILADMIN_BASE_URL,
            issued_at=certificate.issued_at,
            status_list=status_list,
            status_bit=status_bit,
            expires_at=expires_at or None,
        )
