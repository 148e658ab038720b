r"""How a tag is spelled: as people write it, as Danbooru does, and in words for a prompt.

    written         `hatsune miku \(vocaloid\)`, `(Hatsune Miku:1.2)`, `character:hatsune miku`
    canonical       `hatsune_miku_(vocaloid)`
    words           `hatsune miku`

The canonical spelling follows Danbooru's rules: lower case, underscores for spaces, never two in a row or
one at an end, and no comma. Tag files can hold anything, so every function here takes time in proportion to
the length of its text, whatever the text is.
"""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from tags.categories import ARTIST, RATING, category_called, is_about_the_file

# Tags in which a backslash is a raised arm and not an escape.
_ARMS = frozenset({"\\m/", "\\||/", "\\o/", "\\n/", "double_\\m/", "\\(^o^)/", "\\\\//"})
_RATINGS = ("general", "safe", "sensitive", "questionable", "explicit")

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_QUOTES = {ord(mark): "'" for mark in "‘’ʼ"} | {ord(mark): '"' for mark in "“”"}
_LINE_ENDS = dict.fromkeys((0x0B, 0x0C, 0x85, 0x2028, 0x2029), "\n")
# Lone surrogates cannot be written to a file; the others are invisible.
_UNSEEN = dict.fromkeys([*range(0xD800, 0xE000), 0xFEFF, 0x200B, 0x00AD, 0x2060])
_CONTROLS = dict.fromkeys((code for code in range(0x20) if chr(code) not in "\t\n\r"), " ")
# Characters that are replaced by a plain one, or left out.
PLAIN = {
    **_FULL_WIDTH,
    **_QUOTES,
    **_UNSEEN,
    **_CONTROLS,
    **_LINE_ENDS,
    **{0x3000: " ", 0x3001: ",", 0x060C: ","},
}

_WORD = re.compile(r"[^\W_]{2}")
_NOVELAI_WEIGHT = re.compile(r"^-?\d{1,3}(?:\.\d{1,4})?::")
# 1.2, .8, 10; not the 1999 of reverse:1999 nor the 08 of 7:08.
_WEIGHT = re.compile(r":\s*-?(?:(?:0|[1-9]\d?)(?:\.\d{0,4})?|\.\d{1,4})\s*$")
_WEIGHT_LENGTH = 12
# Most tags look like this, and need nothing but their spaces corrected.
_SIMPLE = re.compile(r"[a-z0-9][a-z0-9 _'-]*")
# A comma cannot be part of a tag, because the next reader would take it for two tags.
_SPACES = re.compile(r"[\s_,]+")
_ESCAPED_BRACKET = re.compile(r"\\([()\[\]{}])")
_NAMESPACE = re.compile(r"([a-z]{3,11}) ?:")
# Sites write a tag without a namespace with the colon alone; `:d` and `:3` are faces.
_BARE_COLON = re.compile(r":(?=[^\W_]{3})")
# Gelbooru and others write tags as in HTML: jeanne_d&#039;arc.
_ENTITY = re.compile(r"&(?:#\d{1,6}|#[xX][0-9a-fA-F]{1,5}|[a-zA-Z]{2,8}\d{0,2});")
_UNDERSCORED_RATING = re.compile(rf"rating_({'|'.join(_RATINGS)})$")
_ARTIST_MARK = re.compile(r"@(?=[^\W_]{2}[^@]*$)")
_OPENING = {"(": ")", "[": "]", "{": "}"}
# No tag is longer (Danbooru: 170), and Unicode normalization of hostile text is slow.
_LONGEST_TAG = 500
# Pictures have the same tags over and over, so parsed tags are kept: how many, and of which length.
_REMEMBERED, _LONGEST_REMEMBERED = 1 << 15, 100

# Words that some models were trained on with their underscores.
_TOKEN = re.compile(r"score_\d{1,2}(?:_up)?|source_(?:anime|cartoon|furry|pony)")


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag in canonical spelling, and the category that was written before it, if any.

    A rating is a tag such as `rating:explicit`, of category "rating".
    """

    name: str
    category: str | None = None


def rating_tag(rating: str) -> Tag:
    """The tag that says the rating of a picture: `rating:explicit`."""
    return Tag(f"{RATING}:{rating}", RATING)


def unescaped(text: str) -> str:
    """A text without entities of HTML, such as `&#039;` and `&amp;`; `ctrl&copy` has none."""
    if "&" in text:
        # "&amp;#039;" was escaped twice.
        for _ in range(2):
            text = _ENTITY.sub(lambda found: html.unescape(found[0]), text)
    return text


def canonical(written: str) -> str:
    """Spell one written tag as Danbooru does; "" when nothing is left of it."""
    return parse_tag(written).name


def parse_tag(written: str) -> Tag:
    r"""Read one written tag: spelling, weight, escapes and namespace.

    Tags with raised arms are looked for first, because `\(^o^)/` is a tag and not an escaped parenthesis.
    """
    return _remembered(written) if len(written) <= _LONGEST_REMEMBERED else _parse(written)


def _parse(written: str) -> Tag:
    if _SIMPLE.fullmatch(written) and not written.startswith("rating"):
        return Tag(_spell(written))
    text = " ".join(unescaped(written).translate(PLAIN).split())
    if "\\" in text:
        for literal in (_spell(text), _spell(text.replace("\\\\", "\\"))):
            if literal in _ARMS:
                return Tag(literal)
    text = _ESCAPED_BRACKET.sub(r"\1", _without_weight(text)).lower().strip("_, ")
    if rating := _UNDERSCORED_RATING.match(text.replace(" ", "_")):
        return rating_tag(rating[1])
    if (namespace := _NAMESPACE.match(text)) and (
        tag := _in_namespace(namespace[1], _spell(text[namespace.end() :]))
    ):
        return tag
    if mark := _ARTIST_MARK.match(text):
        return Tag(_spell(text[mark.end() :]), ARTIST)
    return Tag(_spell(text[1:] if _BARE_COLON.match(text) else text))


def _in_namespace(namespace: str, name: str) -> Tag | None:
    """The tag in a namespace, without a name if it is about the file; None where it is part of the name."""
    if namespace == RATING:
        return rating_tag(name)
    if is_about_the_file(namespace):
        return Tag("")
    category = category_called(namespace)
    return Tag(name, category) if category else None


_remembered = lru_cache(_REMEMBERED)(_parse)


def _spell(text: str) -> str:
    if not text.isascii() and len(text) <= _LONGEST_TAG:
        text = unicodedata.normalize("NFC", text)
    return "_".join(piece for piece in _SPACES.split(text.lower()) if piece)


def _without_weight(text: str) -> str:
    """Remove what weights a tag in a prompt: `((tag))`, `{tag}`, `[tag]`, `(tag:1.2)`, `1.2::tag::`.

    A weight around several tags was cut at the commas, so half a pair is removed too: `(tag`, `tag:1.2)`.
    """
    has_word = bool(_WORD.search(text))
    if has_word:
        text = _NOVELAI_WEIGHT.sub("", text).removesuffix("::")
    partner, halves = _brackets(text)
    start, end = 0, len(text)
    while start < end:
        if partner.get(start) == end - 1:
            start, end = start + 1, _before_weight(text, start + 1, end - 1)
        elif start in halves and text[start] in _OPENING:
            start += 1
        elif has_word and end - 1 in halves and text[end - 1] in ")]}":
            end = _before_weight(text, start, end - 1)
        elif text[start] == " ":
            start += 1
        elif text[end - 1] == " ":
            end -= 1
        else:
            break
    return text[start:end]


def _before_weight(text: str, start: int, end: int) -> int:
    """Where the tag in text[start:end] ends without its `:1.2`; a tag `:3` is no weight."""
    begin = max(start, end - _WEIGHT_LENGTH)
    weight = _WEIGHT.search(text[begin:end])
    return begin + weight.start() if weight and begin + weight.start() > start else end


def _brackets(text: str) -> tuple[dict[int, int], set[int]]:
    """For each opening bracket its closing one, and the brackets without a partner; escaped ones are text."""
    partner: dict[int, int] = {}
    halves: set[int] = set()
    opened: list[int] = []
    for found in re.finditer(r"\\.|[()\[\]{}]", text, re.DOTALL):
        at, mark = found.start(), found[0]
        if mark in _OPENING:
            opened.append(at)
        elif mark[0] != "\\" and opened and _OPENING[text[opened[-1]]] == mark:
            partner[opened.pop()] = at
        elif mark[0] != "\\":
            halves.add(at)
    return partner, halves.union(opened)


@lru_cache(_REMEMBERED)
def words(tag: str) -> str:
    """Say a canonical tag in words, for a prompt or a caption.

    Qualifiers at the end only distinguish pages of the wiki, and are not said: `fate_(series)` is `fate`.
    A tag without two letters or digits in a row is a face (`^_^`, `(o)_(o)`) and stays unchanged.
    """
    if not _WORD.search(tag):
        return tag
    name = without_qualifiers(tag)
    return name.replace("_", " ") if _WORD.search(name) else name


def as_written(tag: str) -> str:
    """Spell a canonical tag as in captions of tags: `ganyu (genshin impact)`, but `score_9` and `^_^`."""
    if _TOKEN.fullmatch(tag) or not _WORD.search(tag):
        return tag
    return tag.replace("_", " ")


@lru_cache(_REMEMBERED)
def without_qualifiers(tag: str) -> str:
    """A tag without what stands in brackets at its end: `star_(symbol)` ─▶ `star`."""
    end = len(tag)
    while start := _qualifier_start(tag, end):
        end = start
    return tag[:end]


def qualifiers(tag: str) -> list[str]:
    """What stands in brackets at the end, the last first: `saber_(alter)_(fate)` ─▶ `fate`, `alter`."""
    found, end = [], len(tag)
    while start := _qualifier_start(tag, end):
        found.append(tag[start + 2 : end - 1])
        end = start
    return found


def _qualifier_start(tag: str, end: int) -> int:
    """Where `_(qualifier)` at the end of tag[:end] begins; 0 when there is none."""
    depth = 0
    for at in range(end - 1, 0, -1):
        depth += {")": 1, "(": -1}.get(tag[at], 0)
        if depth == 0:
            is_qualifier = tag[at] == "(" and tag[at - 1] == "_" and at > 1
            return at - 1 if is_qualifier else 0
    return 0
