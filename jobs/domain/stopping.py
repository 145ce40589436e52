"""Whether this process has been asked to stop: long work looks here and hands itself over."""

import threading

_stop = threading.Event()


def request_stop() -> None:
    """Ask whatever this process works on to hand its work over soon."""
    _stop.set()


def stop_requested() -> bool:
    """Whether work should be handed over instead of continued."""
    return _stop.is_set()


def forget_stop() -> None:
    """Begin anew: called when a worker starts in a process that ran one before."""
    _stop.clear()
