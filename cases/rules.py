"""Who may do what to cases beyond Wagtail's tree permissions."""

import rules

from people.rules import in_department_of, is_author, is_editor

rules.set_perm("cases.solve_case", rules.always_allow)
# Those who write or edit a case see it whole without solving it.
rules.set_perm("cases.see_solution", is_editor | (is_author & in_department_of))
# Of the case that a study belongs to; studies without a case are the editors' matter.
rules.set_perm("cases.import_dicom", is_editor | (is_author & in_department_of))
