"""What a run of the demo has added, told as it happens."""

from collections import Counter
from collections.abc import Callable


class Journal:
    """Counts what was added; what takes its time to make is told by name as well."""

    def __init__(self, *, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self.added: Counter[str] = Counter()

    def add(self, noun: str, *, name: str = "") -> None:
        """Count an addition; with a name, tell it on a line of its own."""
        self.added[noun] += 1
        if name:
            self._tell(f"  {noun}: {name}")

    def note(self, sentence: str) -> None:
        """Tell what is going on besides."""
        self._tell(f"  {sentence}")

    def close(self) -> None:
        """Tell what all this came to."""
        if not self.added:
            self._tell("Nothing of the demo was missing.")
            return
        parts = ", ".join(f"{noun} {number}" for noun, number in self.added.items())
        self._tell(f"Added: {parts}.")
