"""Names that no list has, found by their capitals: "Yuno from Hidamari Sketch", "the lights of Paris"."""

from collections.abc import Collection, Iterator, Sequence

from check.text import COMMA, JOINED, SENTENCE, Text
from check.vocabulary import is_adjective, is_known, word_set

Place = tuple[int, int]

# Words with a capital that name nobody and nothing: months, languages, "Gothic".
_ORDINARY = word_set("names", "ordinary_capitals")
_JOINING = word_set("names", "joining")
_GRAMMAR = word_set("wording", "grammar")
_BEFORE_PLACES = frozenset({"of", "in", "at", "near", "the", "to", "for"})
# In a caption that is written in capitals or as a title, capitals do not show names.
_MOST_CAPITALS = 0.5


def capital_names(text: Text) -> list[Place]:
    """Where words with capitals stand that can be a name, first and last position.

    The first word of a sentence has a capital anyway: it is a name only with more capitals behind it.
    """
    # A word without a capital is the same in lower case, which is quicker to see than a capital.
    changed = [
        at for at, (as_is, low) in enumerate(zip(text.written, text.words, strict=True)) if as_is != low
    ]
    capitals = [at for at in changed if text.written[at][0].isupper()]
    if len(capitals) < 2 and (not capitals or text.gap(capitals[0]) > COMMA):
        return []
    capitals = [at for at in capitals if at not in text.quoted]
    if len(capitals) > max(4, _MOST_CAPITALS * len(text.words)):
        return []
    return [place for place in _rows(text, capitals) if _is_name(text, *place)]


def named_with_series(text: Text, places: Sequence[Place]) -> Iterator[Place]:
    """Of all names those that a series follows: "Yuno from Hidamari Sketch", "Yuno (Hidamari Sketch)"."""
    begins = {first for first, _ in places}
    for behind in begins:
        is_from = text.word(behind - 1) == "from" and text.gap(behind) == JOINED
        last = behind - 2 if is_from else behind - 1
        is_bracketed = text.parts[2 * behind].endswith("(")
        if last < 0 or not (is_from or is_bracketed) or text.gap(last + 1) == SENTENCE:
            continue
        first = last
        while first and text.gap(first) == JOINED and text.written[first - 1][0].isupper():
            first -= 1
        words = range(first, last + 1)
        # "of Sumeru from Genshin Impact" names no person.
        if text.word(first - 1) in _BEFORE_PLACES:
            continue
        if text.written[last][0].isupper() and not any(_is_ordinary(text, at) for at in words):
            yield first, last


def _rows(text: Text, capitals: Sequence[int]) -> Iterator[Place]:
    """Capitals in a row, with the particles of names between them: "Kimetsu no Yaiba"."""
    row: list[int] = []
    for at in capitals:
        if row and _is_joined(text, row[-1], at):
            row.append(at)
            continue
        if row:
            yield row[0], row[-1]
        # "The", "In": a sentence that begins with a word of grammar begins with no name.
        row = [] if text.words[at] in _GRAMMAR and text.gap(at) > COMMA else [at]
    if row:
        yield row[0], row[-1]


def _is_joined(text: Text, before: int, at: int) -> bool:
    between = range(before + 1, at)
    return (
        len(between) < 2
        and all(text.words[position] in _JOINING for position in between)
        and all(text.gaps[position] == JOINED for position in range(before + 1, at + 1))
    )


def _is_name(text: Text, first: int, last: int) -> bool:
    if len(text.words[first]) == 1 and first == last:
        return False
    if first == last and text.gap(first) > COMMA and not _is_first_of_two(text, first):
        return False
    # A list of tags may begin each of its words with a capital.
    spoken: Collection[str] = text.words[first : last + 1]
    return any(word not in _ORDINARY and word not in _JOINING for word in spoken)


def _is_first_of_two(text: Text, at: int) -> bool:
    """Whether a sentence begins with two names: "Kirito and Asuna"."""
    second = text.written[at + 2 : at + 3]
    return (
        text.word(at + 1) == "and" and bool(second) and second[0][0].isupper() and not _is_ordinary(text, at)
    )


def _is_ordinary(text: Text, at: int) -> bool:
    word = text.words[at]
    return word in _GRAMMAR or word in _ORDINARY or is_adjective(word) or is_known(word)
