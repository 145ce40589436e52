"""What a run of the demo has added, told line by line as it happens."""

from collections import Counter
from collections.abc import Callable


class Journal:
    """Counts what was added and tells it to `tell`, one short line each."""

    def __init__(self, *, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self.added: Counter[str] = Counter()

    def add(self, noun: str, name: str) -> None:
        """Note that something called `name` has been added."""
        self.added[noun] += 1
        self._tell(f"  {noun:<12} {name}")

    def note(self, sentence: str) -> None:
        """Tell something that is not an addition."""
        self._tell(f"  {sentence}")

    def close(self) -> None:
        """Tell what all this came to."""
        if not self.added:
            self._tell("Nothing of the demo was missing.")
            return
        parts = ", ".join(f"{number} × {noun}" for noun, number in self.added.items())
        self._tell(f"Added: {parts}.")
