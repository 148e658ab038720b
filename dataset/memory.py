"""The memory that pictures may take while they are decoded, in however many threads that happens."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

# Bytes, of all threads together: the file itself, and what its decoder holds. So much, because an AVIF of 24
# megapixels, as cameras make them, is a picture that people have; it holds 384 MB.
MEMORY_BUDGET = 450_000_000


class Memory:
    """The budget that all threads share: whoever needs more than is left waits for the others."""

    def __init__(self, total: int) -> None:
        self._left = total
        self._changed = threading.Condition()

    @contextmanager
    def for_one(self, wanted: int) -> Iterator[None]:
        """Take so many bytes of the budget for a while."""
        with self._changed:
            self._changed.wait_for(lambda: self._left >= wanted)
            self._left -= wanted
        try:
            yield
        finally:
            with self._changed:
                self._left += wanted
                self._changed.notify_all()
