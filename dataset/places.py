"""Notices that a file or folder which a run writes to is no longer in its place."""

from __future__ import annotations

from pathlib import Path

from dataset.disk import refusal
from errors import UserError


class Place:
    """A file or folder that has to stay where it is while a run writes there."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._was = _identity(path)

    @property
    def is_there(self) -> bool:
        """Whether there was something when this was made."""
        return self._was is not None

    def refuse_moved(self) -> None:
        """Raise UserError where somebody moved, renamed, replaced or removed it."""
        if _identity(self.path) != self._was:
            raise UserError(
                f"{self.path} was moved, renamed or removed while the run was on: "
                "put it back and run again, which goes on from there"
            )


def _identity(path: Path) -> tuple[int, int] | None:
    """What tells a file from another one of the same name; None where there is none."""
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise UserError(refusal(f"{path} cannot be looked at", error)) from error
    return found.st_dev, found.st_ino
