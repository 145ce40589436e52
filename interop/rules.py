"""Who may do what with connections to other systems."""

import rules

from people.rules import is_active, is_editor, is_organiser

# To register a platform is to trust whom it sends: the matter of those who manage accounts.
for verb in ("add", "view", "change", "delete"):
    rules.set_perm(f"interop.{verb}_platform", is_organiser)
# What was sent and what waits: for those who answer for courses, too.
rules.set_perm("interop.see_queues", is_organiser | is_editor)
# Names of a hospital's learners.
rules.set_perm("interop.see_rosters", is_organiser | is_editor)
rules.set_perm("interop.export_course", is_organiser | is_editor)
rules.set_perm("interop.own_calendar", is_active)
