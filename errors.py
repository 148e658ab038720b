"""What can go wrong, named by its consequence.

    Exception
     ├── UserError    the user must act: one sentence, no traceback, exit code 2
     ├── ItemError    one picture or tag failed: counted, listed, the run goes on, exit code 1
     └── StageError   nothing more can succeed in this stage: what is done is kept, exit code 2

A module that imports a library turns the exceptions of that library into these three.
Every message says what happened and what to do, in one sentence without a full stop at its end.
"""


class UserError(Exception):
    """Only the user can mend this; the message says how."""


class ItemError(Exception):
    """One picture or tag failed.

    `reason` is the short name that failures are counted by ("cut off", "unreadable picture");
    the message tells this one failure in full. `passing`: the same may pass when it is tried later.
    `asked`: a model was asked, so that the failure says something of the model or its server.
    """

    def __init__(self, reason: str, message: str | None = None, *, passing: bool = False) -> None:
        super().__init__(message or reason)
        self.reason = reason
        self.passing = passing
        self.asked = False


class StageError(Exception):
    """No further item of this stage can succeed; the message carries the last reason."""
