"""What can be wrong with a caption, in one shape for the report and for a model that is asked to mend it."""

from dataclasses import dataclass

COUNT = "count"
HAIR_COLOUR = "hair colour"
EYE_COLOUR = "eye colour"
UNKNOWN_NAME = "unknown name"
TAG_SPELLING = "tag spelling"
UNSUPPORTED_PEOPLE = "unsupported people"
KINDS = (COUNT, HAIR_COLOUR, EYE_COLOUR, UNKNOWN_NAME, TAG_SPELLING, UNSUPPORTED_PEOPLE)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that the tags do not bear out.

    `kind` is one of KINDS, `said` the words of the caption, and `message` one plain sentence.
    """

    kind: str
    said: str
    message: str
