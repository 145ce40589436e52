"""Who may do what to a certificate. Verifying one needs nobody's leave."""

import rules

from people.rules import is_active, is_editor, is_organiser


@rules.predicate
def is_holder(user, certificate) -> bool:
    return certificate is not None and certificate.holder_id == user.pk


rules.set_perm("certificates.download_certificate", is_active & (is_holder | is_editor))
rules.set_perm("certificates.see_certificates", is_editor | is_organiser)
rules.set_perm("certificates.revoke_certificate", is_editor | is_organiser)
rules.set_perm("certificates.issue_certificates", is_editor | is_organiser)
