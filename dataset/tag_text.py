r"""Tags that are written as text: which mark stands between them, and what stands beside them.

    1girl, solo, hatsune miku \(vocaloid\)      commas, lines, spaces, `;`, `|`, ` / `, tabs or full stops
    mychar, 1girl solo long_hair                a line of a booru behind a trigger word
    ['1girl', 'solo'], - 1girl, #1girl          lists, as programs and people write them
    1girl: 0.98, (0.91) solo, solo (0.9)        scores, as taggers write them
    tag,category,score                          a table with columns, with or without a heading

All functions take time in proportion to the length of their text.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from dataset.sentences import UNDERSCORED, is_sentences, may_be_sentences, without_sentences
from errors import ItemError
from tags.categories import category_called
from tags.people_counts import count_in
from tags.spelling import PLAIN, parse_tag, unescaped

# Below its prompt the webui writes what is not in the picture, and how it was made.
_GENERATION_DATA = re.compile(r"^(?:Negative prompt:|Steps: ?\d).*", re.DOTALL | re.MULTILINE | re.IGNORECASE)
_HEADING = re.compile(
    r"\s*(?:booru tags|keywords|parameters|positive prompt|prompt|tags?) ?:(?! ?[01]?\.\d)", re.IGNORECASE
)
_BLOCK_END = re.compile(r"\|\|\||;;;|BREAK(?<![^\s,]BREAK)(?![^\s,])")
_NETWORK = re.compile(r"<(?:lora|lyco|locon|hypernet):[^<>\n]*>")
_QUOTED = r"""(?:'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")"""
_QUOTED_LIST = re.compile(rf"\s*[\[({{]?\s*{_QUOTED}(?:\s*,\s*{_QUOTED})*\s*,?\s*[\])}}]?\s*")
_LIST_MARK = re.compile(r"(?:[-*+•·▪‣–—]|\d{1,3}[.)])\s+(?=\S)")
_HASHTAG = re.compile(r"#(?=\w)")
_HAS_WORD = re.compile(r"[^\W_]{2}")

_NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?")
_DECIMAL = re.compile(r"(?:0?[.,]\d+|[01][.,]\d*|\d{1,3}(?:[.,]\d+)?%|\d(?:[.,]\d+)?[eE]-\d+)")
_SHARE = r"(?:0?\.\d+|1\.0+|0\.|\d{1,3}(?:\.\d+)?%)"
_SCORE_BEHIND = re.compile(rf" ?(?:[:=] ?{_SHARE}|\( ?{_SHARE} ?\)|\[ ?{_SHARE} ?\])$")
_SCORE_BEFORE = re.compile(rf"(?:\( ?{_SHARE} ?\)|\[ ?{_SHARE} ?\]|{_SHARE} ?:(?!:)) ?")
_SHARE_BEHIND, _SHARE_BEFORE = re.compile(rf" {_SHARE}$"), re.compile(rf"{_SHARE} ")
_LONGEST_SCORE = 24
# Columns of a table, by what their heading may be called.
_TAG_COLUMNS = ("tag", "tags", "name", "label", "tag_name", "tagname", "keyword")
_CATEGORY_COLUMNS = ("category", "type", "group", "namespace")
_OTHER_COLUMNS = ("confidence", "count", "id", "probability", "score", "value", "weight")
_TABLE_MARKS = "\t;,"


Written = tuple[str, str | None]
"""A tag as it is written, and its category, if the file has one."""


def without_generation_data(text: str) -> str:
    """A prompt without what the webui writes below it: what is not in the picture, and how it was made."""
    return _GENERATION_DATA.sub("", text) if ":" in text else text


def tags_of_prompt(text: str) -> list[Written]:
    """The tags of a text of tags, without sentences and generation data beside them.

    Raises ItemError with the reason "tag file is sentences" where there is nothing else.
    """
    prompt = without_generation_data(text)
    is_mixed = may_be_sentences(prompt)
    found = split_tags(without_sentences(prompt) if is_mixed else prompt)
    if is_mixed and is_sentences(prompt) and not any(map(_is_of_booru, found)):
        message = "it holds sentences, not tags: give the tags their own file, or set [Dataset] tag_extension"
        raise ItemError("tag file is sentences", message)
    return [(tag, None) for tag in found]


# Lists


def quoted_list(text: str) -> list[Written] | None:
    """The tags of `['1girl', "jeanne d'arc"]` or `"1girl", "solo"`; None where a text is no such list."""
    if not _QUOTED_LIST.fullmatch(text):
        return None
    return [(re.sub(r"\\(['\"\\])", r"\1", quoted[1:-1]), None) for quoted in re.findall(_QUOTED, text)]


def split_tags(text: str) -> list[str]:
    """Cut the text of a tag file into the tags that are written there, in their order and with repeats.

    `|||`, `;;;` (trainers' separators) and `BREAK` separate whatever else does; `<lora:...>` is left out, and
    so are scores.
    """
    plain = unescaped(text.replace("\r\n", "\n").replace("\r", "\n")).translate(PLAIN)
    heading = _HEADING.match(plain)
    plain = _NETWORK.sub(" ", plain[heading.end() :] if heading else plain)
    pieces = [piece for block in _BLOCK_END.split(plain) for piece in _split_block(block)]
    pieces = _without_hashes(list(filter(None, map(str.strip, pieces))))
    return list(filter(None, _without_scores(pieces))) if _may_have_scores(plain) else pieces


def _split_block(block: str) -> list[str]:
    lines = [line for each in block.split("\n") if (line := each.strip().rstrip(","))]
    if len(lines) > 2:
        # In a file of Hydrus a comma does not end `title:hello, world`.
        lines = [line for line in lines if not ("," in line and ":" in line and not parse_tag(line).name)]
    if lines and all(map(_LIST_MARK.match, lines)):
        lines = [_LIST_MARK.sub("", line, count=1) for line in lines]
    separates = next((split for is_it, split in _SEPARATORS if is_it(block, lines)), _split_line)
    return [piece for line in lines for piece in separates(line)]


def _between_words(mark: str, fewest: int) -> Callable[[str, Sequence[str]], bool]:
    """Whether a mark separates tags: it stands so often in a line, and everywhere between words."""

    def separates(block: str, lines: Sequence[str]) -> bool:
        if not any(line.count(mark) >= fewest for line in lines):
            return False
        if " " not in mark and " " in block and UNDERSCORED.search(block):
            # steins;gate in a booru's line
            return False
        return all(_HAS_WORD.search(piece) for line in lines for piece in line.split(mark) if piece.strip())

    return separates


def _at(mark: str) -> Callable[[str], Iterable[str]]:
    return lambda line: line.removesuffix(mark.rstrip()).split(mark)


def _split_commas(line: str) -> list[str]:
    """The pieces between commas; behind a trigger word, the tags of a booru's line, where two look so."""
    found: list[str] = []
    for piece in line.split(","):
        tokens = piece.split() if " " in piece.strip() else []
        if len(tokens) > 2 and sum(map(_is_of_booru, tokens)) > 1:
            found += tokens
        else:
            found.append(piece)
    return found


def _is_of_booru(word: str) -> bool:
    return word == "solo" or UNDERSCORED.search(word) is not None or count_in(word) is not None


def _split_line(line: str) -> list[str]:
    tokens = line.split()
    if any(UNDERSCORED.search(token) or count_in(token) for token in tokens):
        return tokens
    return [line]


# The first that fits a block of lines separates its tags; otherwise lines do, and spaces in a booru's line.
_SEPARATORS: tuple[tuple[Callable[[str, Sequence[str]], bool], Callable[[str], Iterable[str]]], ...] = (
    (lambda block, lines: any("," in line for line in lines), _split_commas),
    *(
        (_between_words(mark, fewest), _at(mark))
        for mark, fewest in (("\t", 1), ("; ", 1), (";", 2), (" | ", 1), ("|", 2), (" / ", 2), (". ", 2))
    ),
)


def _without_hashes(pieces: list[str]) -> list[str]:
    """`#1girl #solo` without its marks, where every tag has one."""
    if not all(map(_HASHTAG.match, pieces)):
        return pieces
    return [each.removeprefix("#") for piece in pieces for each in piece.split(" #")]


# Scores


def _may_have_scores(text: str) -> bool:
    return "." in text or "%" in text or "e-" in text


def _without_scores(pieces: Sequence[str]) -> Iterator[str]:
    """The tags without their scores; a number behind a space is one if most tags have one there."""
    tags = [
        _without_score(" ".join(piece.split()))
        for piece in pieces
        if not _DECIMAL.fullmatch(piece.strip("()[] "))
    ]
    with_share = sum(1 for tag in tags if _SHARE_BEFORE.match(tag) or _SHARE_BEHIND.search(tag))
    for tag in tags:
        if 2 * with_share > len(tags):
            tag = _SHARE_BEFORE.sub("", _cut_behind(tag, _SHARE_BEHIND), count=1)
        yield tag


def _without_score(tag: str) -> str:
    if (before := _SCORE_BEFORE.match(tag)) and before.end() < len(tag):
        return tag[before.end() :]
    return _cut_behind(tag, _SCORE_BEHIND)


def _cut_behind(tag: str, score: re.Pattern[str]) -> str:
    front = max(1, len(tag) - _LONGEST_SCORE)
    return tag[:front] + score.sub("", tag[front:])


# Tables


def table(text: str, *, is_csv: bool) -> list[Written] | None:
    """The tags of a table with a tag in each row; None where a text is none.

    Its columns are known by a heading, or by what they hold: numbers are scores. In a file that is not called
    .csv numbers must be decimal, for `solo, 2023` has two tags.
    """
    if not is_csv and not _may_have_scores(text):
        return None
    lines = [line for line in text.splitlines() if line.strip()]
    for mark in _TABLE_MARKS:
        if lines and mark in lines[0] and (rows := _rows(lines, mark)):
            found = _by_heading(rows) or _by_numbers(rows, is_csv=is_csv)
            if found:
                return found
    return None


def _rows(lines: Sequence[str], mark: str) -> list[list[str]] | None:
    """The cells of a table in which all rows have equally many; None where it is none."""
    try:
        rows = [[cell.strip(' "') for cell in row] for row in csv.reader(lines, delimiter=mark) if row]
    except csv.Error:
        return None
    return rows if rows and all(len(row) == len(rows[0]) for row in rows) else None


def _by_heading(rows: Sequence[Sequence[str]]) -> list[Written] | None:
    heading = [cell.lower() for cell in rows[0]]
    known = (*_TAG_COLUMNS, *_CATEGORY_COLUMNS, *_OTHER_COLUMNS)
    tag = next((heading.index(name) for name in _TAG_COLUMNS if name in heading), None)
    if tag is None or len(rows) < 2 or sum(cell in known for cell in heading) < 2:
        return None
    category = next((heading.index(name) for name in _CATEGORY_COLUMNS if name in heading), None)
    return [(row[tag], None if category is None else _category(row[category])) for row in rows[1:]]


def _by_numbers(rows: Sequence[Sequence[str]], *, is_csv: bool) -> list[Written] | None:
    """A table without a known heading: one column has numbers, and the first that has none has the tags."""
    columns = list(zip(*rows, strict=True))
    # The first row may be a heading.
    numbers = [all(map(is_number, column[1:] or column)) for column in columns]
    scores = [column for column, is_number in zip(columns, numbers, strict=True) if is_number]
    texts = [column for column, is_number in zip(columns, numbers, strict=True) if not is_number]
    has_decimals = any(_DECIMAL.fullmatch(cell) for column in scores for cell in column)
    if not scores or not texts or not (has_decimals or (is_csv and len(rows) > 1)):
        return None
    first = 0 if any(is_number(column[0]) for column in scores) else 1
    tags, *others = (column[first:] for column in texts)
    if not all(map(_category, (cell for column in others for cell in column))):
        return None
    categories = others[0] if others else ("",) * len(tags)
    return [(tag, _category(named)) for tag, named in zip(tags, categories, strict=True)]


def _category(cell: str) -> str | None:
    return category_called(cell.lower())


def is_number(text: str) -> bool:
    """Whether a text is a number, as the scores of taggers are."""
    return _NUMBER.fullmatch(text.strip(" %")) is not None
