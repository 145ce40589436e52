"""Whether the rooms above let somebody at a thing of a room below.

A lesson that is shut keeps its quiz shut, too, but quizzes know nothing of courses. A room above
registers a gate for a kind of thing from its `AppConfig.ready`; the room below puts `is_let_in`
into the rights of every address by which the thing is reached without the page that shows it.
"""

from collections.abc import Callable
from typing import Any

import rules

Gate = Callable[[Any, Any], bool]

_gates: dict[str, list[Gate]] = {}


def register_gate(label: str, gate: Gate) -> None:
    """Ask `gate(user, thing)` about things of the model `label` ("quizzes.Quiz"); once each."""
    known = _gates.setdefault(label, [])
    if gate not in known:
        known.append(gate)


@rules.predicate
def is_let_in(user: Any, thing: Any) -> bool:
    """Whether no gate is shut (asked of no thing in particular: yes)."""
    if thing is None:
        return True
    return all(gate(user, thing) for gate in _gates.get(thing._meta.label, []))
