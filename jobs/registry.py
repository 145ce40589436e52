"""What a worker does besides taking tasks: sweeps and notices that rooms above register.

A room calls `register_sweep` or `register_notice` from its `AppConfig.ready`; layers above stay
unknown here.
"""

from collections.abc import Callable

_sweeps: dict[str, Callable[[], int]] = {}
_notices: list[Callable[[], str]] = []


def register_sweep(name: str, sweep: Callable[[], int]) -> None:
    """Have `sweep` run at every worker start and once a minute; it returns how much it mended."""
    _sweeps[name] = sweep


def sweeps() -> dict[str, Callable[[], int]]:
    """All registered sweeps by name."""
    return dict(_sweeps)


def register_notice(notice: Callable[[], str]) -> None:
    """Have a worker say what `notice` returns when it starts; one that raises stops the start."""
    if notice not in _notices:
        _notices.append(notice)


def notices() -> list[str]:
    """What the rooms have to say at a worker's start."""
    return [notice() for notice in _notices]
