"""Rights on pages beyond Wagtail's own tree permissions."""

import rules

from people.rules import is_editor

rules.set_perm("pages.curate", is_editor)
