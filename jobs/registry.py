"""What a worker does besides taking tasks: the sweeps that rooms above register.

A room calls `register_sweep` from its `AppConfig.ready`; layers above stay unknown here.
"""

from collections.abc import Callable

_sweeps: dict[str, Callable[[], int]] = {}


def register_sweep(name: str, sweep: Callable[[], int]) -> None:
    """Have `sweep` run at every worker start and once a minute; it returns how much it mended."""
    _sweeps[name] = sweep


def sweeps() -> dict[str, Callable[[], int]]:
    """All registered sweeps by name."""
    return dict(_sweeps)
