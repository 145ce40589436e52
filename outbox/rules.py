"""Who may look into the outbox."""

import rules

from people.rules import is_active, is_editor, is_organiser

# Letters of a kind may ask for more (`registry.Kind.right`).
rules.set_perm("outbox.see_letters", is_editor | is_organiser)
rules.set_perm("outbox.retry_letters", is_editor | is_organiser)
rules.set_perm("outbox.cancel_letters", is_editor | is_organiser)
rules.set_perm("outbox.choose_letters", is_active)
