"""Turning sentences about the picture into sentences about what it shows.

"The image shows a girl" teaches a diffusion model the words "the image shows". The opening is dropped if the
rest is a correct sentence; otherwise the answer is rejected. A picture can also be a thing in the scene ("a
painting of a ship hangs on the wall"), and then the sentence stays as it is.
"""

import re
from collections.abc import Callable, Iterator

from english import sentence_spans
from llm.replies.text import RarePattern, mask_quotations

_PICTURE = (
    r"(?:image|picture|photo(?:graph)?|illustration|artwork|art piece|drawing|painting|screenshot|visual"
    r"|render(?:ing)?|anime art|fan ?art|digital art(?:work)?|depiction)"
)
# Adjectives that a caption can do without, unlike "monochrome" or "watercolor".
_EMPTY_ADJECTIVE = (
    r"(?:digital|anime(?:-styled?)?|manga-style|cartoon-style|detailed|highly|high-quality|vibrant|colou?rful"
    r"|stylized|beautiful|stunning|3d|2d|fantasy|captivating|striking|dynamic|vivid|lively|whimsical|single"
    r"|given|provided|above|entire|whole|charming|serene|realistic|character)"
)
_A_PICTURE = rf"an? (?:{_EMPTY_ADJECTIVE},? ){{0,3}}{_PICTURE}"
_THE_PICTURE = rf"(?:the|this) (?:{_EMPTY_ADJECTIVE},? ){{0,3}}{_PICTURE}"
_THE_SCENE = rf"(?:{_THE_PICTURE}|(?:the|this) (?:{_EMPTY_ADJECTIVE} )?scene)"
_SHOWS = (
    r"(?:shows|depicts|features|portrays|displays|presents|illustrates|showcases|captures|contains|includes"
    r"|highlights|represents|reveals|focuses on|consists of|centers (?:on|around)|is (?:focused|centered) on)"
)
_SHOWING = (
    r"(?:of|showing|depicting|featuring|portraying|displaying|showcasing|capturing"
    r"|that (?:shows|depicts|features))"
)
# How the sentence has to go on, so that the rest is a sentence: with a thing, not "how", "that" or a verb.
_THING = (
    r"(?=(?:an?|the|one|two|three|four|five|six|several|many|multiple|some|numerous|various|both|her|his|their"
    r"|\d+)\b|(?-i:[A-Z]))(?!the (?:essence|importance|idea|concept|feeling|spirit)\b)"
)
_ADVERB = (
    r"(?:also |clearly |primarily |prominently |mainly |vividly |simply |further |seems to |appears to )?"
)
_THERE = r"(?:there (?:is|are|'s) |(?:we|you|one) (?:can |could )?(?:also )?(?:see|observe|notice) )"

_START = r"(?:(?<=\A)|(?<=\n)|(?<=[.!?] ))"
_DROPPED = re.compile(
    rf"{_START}(?:"
    rf"{_THE_SCENE}(?:, [^,.\n]{{1,80}},)? {_ADVERB}{_SHOWS} {_THING}"
    rf"|(?:in|within) {_THE_SCENE}(?:,? {_THERE}{_THING}|,? {_THING}|, )"
    rf"|(?:here,? )?(?:we|you) (?:can )?see {_THING}"
    rf"|(?:shown|depicted|seen|pictured) here (?:is|are) {_THING}"
    rf"|this is {_A_PICTURE} (?:{_SHOWING}|with|containing|in which|where) {_THING}"
    rf"|{_THE_PICTURE} (?:is|appears to be|seems to be) (?:{_A_PICTURE} )?{_SHOWING} {_THING}"
    rf"|the (?:main |central |primary )?(?:subject|focus|focal point) of {_THE_SCENE} (?:is|are) {_THING}"
    rf"|based on the (?:\w+ ){{0,2}}(?:image|picture|tags|description|information)(?: provided)?, "
    rf"|(?P<medium>{_A_PICTURE}|(?:{_EMPTY_ADJECTIVE},? ){{0,3}}{_PICTURE})"
    rf" (?:{_SHOWING}|in which|where) {_THING}"
    r")",
    re.IGNORECASE,
)
# If the picture hangs, stands or is somewhere, the sentence describes the picture as a thing in the scene.
_PREDICATE = re.compile(
    r"(?<!who )(?<!that )(?<!which )\b(?:is|are|was|were|has|hangs?|hung|lies|sits|stands|rests|leans|adorns"
    r"|decorates|covers|occupies|fills|dominates|appears|can be seen)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^.!?\n]{0,2000}")
INSIDE = RarePattern(
    re.compile(
        r"(?<=side|left|ight|ound|ddle|nter|ntre| top|ttom|rner|edge|half|part) (?:of|in) (?:the|this) "
        r"(?:image|picture|illustration|photo|photograph|artwork|frame)(?=[,.;]|$| [a-z])"
        r"|(?: seen| shown| depicted| visible| pictured)? in (?:the|this) (?:image|illustration|artwork)"
        r"(?=[,.;]|$| (?:is|are|has))",
        re.IGNORECASE,
    ),
    ("image", "picture", "illustration", "photo", "artwork", "frame"),
)
_HUNG_UP = r"(?:is )?(?:hang|fram|pinn|tap|mount|on |of |in the (?:frame|background))"
_ABOUT = re.compile(
    rf"{_START}(?:(?:in |within )?{_THE_PICTURE}(?:'s)?(?: (?!{_HUNG_UP})[a-z]|[,.]|\Z)"
    rf"|{_THE_SCENE} {_ADVERB}{_SHOWS}\b|this is {_A_PICTURE}\b|overall,|the overall "
    r"|the (?:artwork|composition|art style|colou?r palette|camera angle|use of)\b"
    r"|the (?:mood|atmosphere|vibe|aesthetic|style) (?:is|of|feels|conveys|evokes|suggests|created|and)\b"
    r"|the scene (?:conveys|evokes|exudes|suggests|feels|creates|gives)\b"
    r"|the artist(?:'s (?:style|use|skill)| (?:uses|has|employs|captures))\b"
    r"|it (?:appears|seems|looks) (?:to be|like) an? (?:image|picture|illustration|photo|drawing"
    r"|screenshot))",
    re.IGNORECASE,
)
THE_IMAGE = RarePattern(
    re.compile(r"\bthe image (?:is|has|shows|conveys|captures|appears)\b", re.IGNORECASE), ("the image ",)
)


def drop_openings(text: str) -> str:
    """Each sentence without its opening about the picture, if the rest is still a sentence or a phrase."""
    text = _replace(_at_starts(_DROPPED, mask_quotations(text)), text, _can_be_dropped)
    if not INSIDE.may_match(text):
        return text
    return _replace(INSIDE.pattern.finditer(mask_quotations(text)), text, lambda text, found: True)


def _at_starts(pattern: re.Pattern[str], said: str) -> Iterator[re.Match[str]]:
    """The matches that begin where a sentence begins, and do not overlap."""
    end = 0
    for first, _ in sentence_spans(said):
        found = pattern.match(said, first) if first >= end else None
        if found:
            yield found
            end = found.end()


def _replace(
    openings: Iterator[re.Match[str]], text: str, can_be_dropped: Callable[[str, re.Match[str]], bool]
) -> str:
    """The text without the matches that are safe to drop; new beginnings of sentences are capitalized."""
    kept: list[str] = []
    end = 0
    for found in openings:
        if not can_be_dropped(text, found):
            continue
        kept.append(text[end : found.start()])
        end = found.end()
        if found.start() == 0 or text[found.start() - 1] in "\n ":
            kept.append(text[end : end + 1].upper())
            end += 1
    return "".join([*kept, text[end:]]) if kept else text


def _can_be_dropped(text: str, opening: re.Match[str]) -> bool:
    """Whether the opening can be dropped: it can't if the picture is itself a thing in the scene."""
    if opening.group("medium") is None:
        return True
    rest = _SENTENCE.match(mask_quotations(text[opening.end() : opening.end() + 2000]))
    return rest is None or _PREDICATE.search(rest.group()) is None


def talks_about_the_picture(text: str) -> bool:
    """Whether the subject of a sentence is still the picture, its mood or its artist."""
    said = mask_quotations(text)
    return any(_at_starts(_ABOUT, said)) or THE_IMAGE.matches(said)
