"""What the words of an error mean: servers use different statuses for the same error."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

Kind = Literal[
    "gone",  # nothing answers at the address: all requests wait for the server
    "busy",  # the server has too much to do, or is just starting: try again later
    "flaky",  # may well succeed at the next try
    "broken",  # an error inside the server: try again, unless the same error occurs twice
    "slow",  # not answered in time: try once more
    "refused",  # this request will never be accepted
    "spent",  # nothing is answered before the time that the server names
    "foreign",  # what answers is no HTTP server: as flaky, unless it has never been one
    "hopeless",  # no request will be accepted until the user acts
]
CRASHED = "model crashed"
CANNOT_SEE = "the model cannot see"
SEE_WITH = (
    "write url and model of a vision model for the stage that sends pictures, or send none: skip = True "
    "under [Interrogator], sees = False under [Interpreter]"
)


class Rule(NamedTuple):
    """What an error with some words means, whatever its status, and any error with the `status`.

    Without a reason, the status is the reason.
    """

    words: str
    kind: Kind
    remedy: str
    reason: str = ""
    status: int | None = None


# The first whose words are in an error counts, before any by its status.
_RULES = (
    Rule(
        r"support(?:s|ed)? (?:for )?(?:image|vision|multimodal)"
        r"|(?:image|vision|multimodal)[\w ']{0,20} (?:is|are) not supported|mmproj"
        r"|not a (?:multimodal|vision)|only 'text' content|unknown variant .?image|for image input",
        "refused",
        f"{CANNOT_SEE}: {SEE_WITH}",
    ),
    Rule(
        r"exceed_context_size|context[_ -]?(?:length|size|window|budget)|maximum context|available context",
        "refused",
        "the prompt is longer than the model's context: load the model with a larger one",
    ),
    Rule(
        r"model (?:has )?crashed|(?:failed to load|error loading)(?: the)? model|model failed to load"
        r"|operation cancell?ed|runner (?:process )?has (?:unexpectedly )?(?:terminated|stopped)"
        r"|out of memory|enginedead",
        "broken",
        "if that happens again, write concurrency = 1, or load a smaller model",
        CRASHED,
    ),
    Rule(
        r"(?:entity|payload|request|body)(?: is)? too large",
        "refused",
        "lower [Interrogator] max_image_side, or raise the limit of the server or of its proxy",
        status=413,
    ),
    Rule(
        r"api[ _]?key (?:is )?(?:not valid|invalid|expired)|(?:invalid|incorrect)[ _]api[ _]?key",
        "hopeless",
        "put the right api_key in config.ini or TAGSCRIBE_API_KEY",
        "key refused",
        401,
    ),
    Rule(
        r"insufficient[_ ](?:quota|credit|balance|funds)",
        "hopeless",
        "see to the account with that service",
        "account is empty",
        402,
    ),
    # LM Studio answers so, with status 200, where /v1 is missing from the address.
    Rule(
        r"unexpected endpoint or method",
        "hopeless",
        "is the address right (most end in /v1)?",
        "not found",
    ),
    # LM Studio says so where it does not load models on demand.
    Rule(
        r"no models? (?:is |are )?loaded",
        "hopeless",
        "load the model that config.ini names, or write model = auto",
        "no model",
    ),
)


def rule_for(status: int | None, words: str, *, asks_to_come_back: bool) -> Rule | None:
    """The rule for an error with these words in lower case; None if only its status can decide.

    A service without money left may also ask to come back, when somebody else has paid.
    """
    if found := next((rule for rule in _RULES if re.search(rule.words, words)), None):
        return found
    if status is None or (status == 402 and asks_to_come_back):
        return None
    return next((rule for rule in _RULES if rule.status == status), None)
