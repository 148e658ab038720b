"""Links lead out of the folder that a run was given; what lies there is neither read nor written."""

from __future__ import annotations

import errno
import os
from pathlib import Path


def is_inside(real: str, root: str) -> bool:
    """Whether a path is the folder `root` or lies below it; both with all links followed."""
    real, root = os.path.normcase(real), os.path.normcase(root)
    return real == root or real.startswith(root.rstrip(os.sep) + os.sep)


def refuse_way_out(folder: Path, root: str) -> None:
    """Raise OSError where a link leads from below `root`, whose own links are followed, to elsewhere."""
    if not is_inside(os.path.realpath(folder), root):
        raise OSError(errno.EPERM, "a link leads out of the folder", str(folder))


def refuse_link(path: Path) -> None:
    """Raise OSError for a link: one that came with somebody's data set may lead to any file of the user's."""
    if path.is_symlink():
        raise OSError(errno.ELOOP, "it is a link", str(path))
