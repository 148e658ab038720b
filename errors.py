"""What can go wrong, named by its consequence, and how a run can end.

    Exception
     ├── UserError           the user must act: no traceback, exit code 2
     ├── ItemError           one picture or tag failed: it is counted and listed, the run goes on, exit code 1
     │    ├── ExcludedError  a picture that must never be sent: no failure, and never tried again
     │    └── KeptError      a text that somebody wrote while the run was on: it stays, which is no failure
     ├── StageError          no further item of this stage can succeed: what is done is kept, exit code 2
     └── WaitingError        the answer comes later, in a file: the item waits, and is no failure

A module that imports a library turns the exceptions of that library into these.
Every message says what happened and what to do, in one sentence without a full stop at its end.

`caption.py` imports this module before it has checked the version of Python, so nothing here needs more
than Python 3.9.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple

# The reasons that more than one module has to know. All others stand where they are raised.
EXCLUDED = "excluded"
NO_TAG_FILE = "no tag file"
VIDEO = "video"
NO_PICTURE_OF_TAG_FILE = "tag file without picture"
REFUSED = "refused"
REPEATS_ITSELF = "repeats itself"
REPEATS_PROMPT = "repeats the prompt"
REPEATS_EXAMPLE = "repeats an example"
LIST_OF_TAGS = "is a list of tags"
DRAFT_WAS_BETTER = "the draft was better"
# With the status behind it: "request refused (400)".
REQUEST_REFUSED = "request refused"


class ExitCode(IntEnum):
    """How the program ended."""

    DONE = 0
    SOME_FAILED = 1
    USER_MUST_ACT = 2
    INTERRUPTED = 130


class Problem(NamedTuple):
    """Something to tell the user about one item: a picture, a tag, a file.

    `reason` is the short text that problems are counted by ("cut off", "unreadable picture"); `message` is
    one sentence about this item. `name` is "" where the problem is found before its item is known.
    """

    name: str
    reason: str
    message: str


class UserError(Exception):
    """Only the user can solve this; the message says how.

    Where several things are wrong at once, `problems` has one sentence for each, below the message.
    """

    def __init__(self, message: str, problems: Sequence[str] = ()) -> None:
        self.lines = (f"{message}:", *(f"  {each}" for each in problems)) if problems else (message,)
        super().__init__("\n".join(self.lines))
        self.problems = tuple(problems)


class ItemError(Exception):
    """One picture or tag failed; `reason` and the message are those of the Problem that it becomes.

    `passing` says that the same request may succeed later. `asked` says that a model was asked, so that the
    failure tells something about the model or its server. `outcome` is what becomes of the item: "failed",
    "excluded" or "kept".
    """

    outcome = "failed"

    def __init__(self, reason: str, message: str | None = None, *, passing: bool = False) -> None:
        super().__init__(message or reason)
        self.reason = reason
        self.passing = passing
        self.asked = False

    def problem(self, name: str) -> Problem:
        """What to tell the user about the item called `name`."""
        return Problem(name, self.reason, str(self))


class ExcludedError(ItemError):
    """A picture that must never be sent; the message says why."""

    outcome = "excluded"

    def __init__(self, message: str) -> None:
        super().__init__(EXCLUDED, message)


class KeptError(ItemError):
    """Somebody wrote the text of this picture while the run was on, and it stays; the message says so."""

    outcome = "kept"

    def __init__(self, message: str) -> None:
        super().__init__("written by hand meanwhile", message)


class StageError(Exception):
    """No further item of this stage can succeed; the message gives the last reason."""


class WaitingError(Exception):
    """The request is in a batch file, and its answer is not there yet; the message names the file.

    It is no ItemError: whatever would go on without an answer that failed has to wait for this one.
    """
