"""What a disk refuses, in one sentence: what happened, why, and what to do."""

from __future__ import annotations

import errno
from pathlib import Path

# Errors of the whole disk or folder: no further file can be written either.
_HOPELESS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}


def cannot_be_written(path: Path, error: OSError) -> str:
    """The sentence for a file that could not be written."""
    return refused(f"{path} cannot be written", error)


def refused(what: str, error: OSError) -> str:
    """The sentence for anything else: `what` was not possible, why, and what to do."""
    return f"{what} ({error.strerror or type(error).__name__}): {_remedy(error)}"


def stops_every_file(error: OSError) -> bool:
    """Whether no other file can be written either."""
    return error.errno in _HOPELESS


def _remedy(error: OSError) -> str:
    remedies = {
        errno.ENOSPC: "make room on the disk and run again",
        errno.EDQUOT: "make room on the disk and run again",
        errno.EROFS: "name a folder on a disk that can be written",
        errno.EACCES: "change its permissions or name another place",
        errno.EPERM: "change its permissions or name another place",
        errno.EISDIR: "a folder stands where the file should be; move it away",
        errno.ENOTDIR: "a file stands where a folder should be; move it away",
        errno.EEXIST: "a file stands where a folder should be; move it away",
        errno.ELOOP: "put the file itself there",
        errno.ENAMETOOLONG: "the name is too long for this disk; shorten the picture's name",
    }
    return remedies.get(error.errno or 0, "check the place and run again")
