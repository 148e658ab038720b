"""The formats in which programs write the tags of a picture into a file.

    1girl, solo, hatsune miku \\(vocaloid\\)            text (.txt .caption .tags): commas, lines, spaces
    1girl,0.98                                        csv: one tag and its score in each row; or as text
    {"tag_string_general": "1girl solo", ...}         json of Danbooru; `tags_general`, `tags` of gallery-dl
    {"post": {"tags": {"general": ["solo"], ...}}}    json of e621
    ["1girl", "character:hatsune miku"]               json of Hydrus
    {"1girl": "0.98"}                                 json of taggers

In JSON, tags are taken wherever they are found, whichever program wrote the file. All functions take time
in proportion to the length of their text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from errors import ItemError
from tags.categories import RATING, category_called
from tags.people import count_in
from tags.spelling import PLAIN, Tag, parse_tag, rating_tag

# The keys under which an API or an exporter puts the one post that a JSON file is about.
_WRAPPERS = ("post", "posts", "file_data", "data", "metadata")
_TAG_KEYS = ("tags", "tag_string")

_BARE_RATINGS = frozenset({"general", "sensitive", "questionable", "explicit"})
_NUMBER = re.compile(r"(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")

_BLOCK_END = re.compile(r"\|\|\||;;;|(?<![^\s,])BREAK(?![^\s,])")
_GENERATION_DATA = re.compile(r"^(?:Negative prompt|Steps): .*", re.DOTALL | re.MULTILINE)
_NETWORK = re.compile(r"<(?:lora|lyco|locon|hypernet):[^<>\n]*>")
_UNDERSCORED = re.compile(r"[^\W_]_[^\W_(]|[^\W_]_\(.")

# Words that sentences need and tags do not have. "the" is in names of series too, so it counts for less.
_ARTICLE_OF_NAMES = "the"
_PRONOUNS = {"he", "her", "his", "it", "its", "she", "that", "their", "they", "this", "which", "who"}
_SENTENCE_WORDS = frozenset(
    _PRONOUNS | {"a", "an", "are", "has", "have", "is", "there", "was", "were", "while"},
)
_AROUND_WORDS = "\"'().!?"
_BREAKS = {ord(","): " ", ord(";"): " "}
_CLAUSE_END = re.compile(r"[,;\n]|[.!?](?=\s|$)")
# Compiled when it is needed, for it takes a while.
_EAST_ASIAN = r"[぀-ヿ㐀-鿿가-힯]"


# Text and CSV


def tags_in_text(text: str) -> list[Tag]:
    """The tags of a text file; raises ItemError with the reason "tag file is sentences"."""
    text = without_generation_data(text)
    if is_sentences(text):
        message = "it holds sentences, not tags: give the tags their own file, or set [Dataset] tag_extension"
        raise ItemError("tag file is sentences", message)
    return parse_all(split_tags(text))


def without_generation_data(text: str) -> str:
    """A prompt without what the webui writes below it: what is not in the picture, and how it was made."""
    return _GENERATION_DATA.sub("", text) if ":" in text else text


def tags_in_csv(text: str) -> list[Tag]:
    """The tags of a CSV file with a tag and its score in each row; a file of other rows is read as text."""
    rows = [line for line in text.splitlines() if line.strip()]
    scored = [_scored_tag(row) for row in rows]
    # The first row may be a heading such as `tag,score`, and a single row `solo,2023` has two tags.
    if scored[-1] and all(scored[1:]) and (len(rows) > 1 or "." in rows[0]):
        return parse_all(tag for tag in scored if tag)
    return tags_in_text(text.replace('"', ""))


def _scored_tag(row: str) -> str | None:
    """The tag of a row `tag,score`; None when the row is none."""
    separator = next((mark for mark in ",\t;" if mark in row), ",")
    tag, _, score = row.partition(separator)
    return tag.strip(' "') if is_number(score.strip(' "%')) else None


def split_tags(text: str) -> list[str]:
    """Cut the text of a tag file into the tags that are written there, in their order and with repeats.

    They are separated by commas where there are any, else by lines, and in a line of underscored words by
    spaces. `|||`, `;;;` (trainers' separators) and `BREAK` separate too; `<lora:...>` is left out.
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n").translate(PLAIN)
    plain = _NETWORK.sub(" ", plain)
    has_commas = "," in plain
    pieces = (
        piece
        for block in _BLOCK_END.split(plain)
        for line in block.split("\n")
        for piece in (line.split(",") if has_commas else _split_line(line))
    )
    return [stripped for piece in pieces if (stripped := piece.strip())]


def _split_line(line: str) -> list[str]:
    tokens = line.split()
    if any(_UNDERSCORED.search(token) or count_in(token) for token in tokens):
        return tokens
    return [line]


def parse_all(written: Iterable[str]) -> list[Tag]:
    """Parse written tags; a word such as "explicit" is a rating where taggers put it, first or last."""
    tags = [parse_tag(one) for one in dict.fromkeys(written)]
    for end in (0, -1):
        if len(tags) > 1 and tags[end].name in _BARE_RATINGS and tags[end].category is None:
            tags[end] = rating_tag(tags[end].name)
    return tags


def is_number(text: str) -> bool:
    """Whether a text is a number, as the scores of taggers are."""
    return _NUMBER.fullmatch(text) is not None


def is_sentences(text: str) -> bool:
    """Whether a text is a caption that somebody wrote, and no list of tags.

    Where it may be either it is tags, as with a sentence after many tags or a long name of a series.
    """
    tokens = text.split()
    underscored = sum(1 for token in tokens if "_" in token and _UNDERSCORED.search(token))
    if not tokens or underscored * 10 > len(tokens):
        return False
    if "。" in text and 2 * sum(1 for _ in re.finditer(_EAST_ASIAN, text)) > sum(map(len, tokens)):
        return True
    text = text.strip()
    begins_and_ends = text[0].isupper() and text[-1] in ".!?"
    rough_words = (word.strip(_AROUND_WORDS) for word in text.lower().translate(_BREAKS).split())
    if not begins_and_ends and _SENTENCE_WORDS.isdisjoint(rough_words):
        # True of most files of tags, which need no closer look.
        return False
    clauses = list(_clauses(text))
    return _has_english_sentences(clauses) or (begins_and_ends and _has_clauses_of_sentences(clauses))


def _clauses(text: str) -> Iterator[list[str]]:
    for piece in _CLAUSE_END.split(text.lower()):
        if clause := [word.strip("\"'()") for word in piece.split()]:
            yield clause


def _has_english_sentences(clauses: list[list[str]]) -> bool:
    marks = articles = prose_clauses = prose_length = 0
    for clause in clauses:
        found = sum(1 for word in clause if word in _SENTENCE_WORDS)
        the = clause.count(_ARTICLE_OF_NAMES)
        if len(clause) > 1 and found + the:
            marks, articles = marks + found, articles + the
            prose_clauses, prose_length = prose_clauses + 1, prose_length + len(clause)
    length = sum(map(len, clauses))
    enough = marks > 0 and (marks + articles > 1 or length > 5)
    return enough and prose_clauses * 5 >= len(clauses) * 2 and prose_length * 2 >= length


def _has_clauses_of_sentences(clauses: list[list[str]]) -> bool:
    """Whether the clauses of a text, in any language, are longer than tags are."""
    length = sum(map(len, clauses))
    return length > 3 and 2 * length >= 7 * len(clauses)


# JSON


def tags_in_json(text: str) -> list[Tag]:
    """The tags and the rating of a JSON file; `tags` and `tag_string` first, for the site's own order.

    Raises ItemError with the reason "broken tag file".
    """
    try:
        # Numbers stay text: `2023` is a tag, and a number of a million digits is slow to make.
        loaded: object = json.loads(text, parse_int=str, parse_float=str)
    except (ValueError, RecursionError) as error:
        raise _broken("it is not valid JSON") from error
    post = _post(loaded)
    if isinstance(post, list):
        return list(_tags_in(post, None))
    keys = sorted(filter(_is_tag_key, post), key=lambda key: key not in _TAG_KEYS)
    if not keys:
        raise _broken('it has no "tags" or "tag_string"')
    tags = [tag for key in keys for tag in _tags_in(post[key], _category_of_key(key))]
    rating = post.get("rating")
    return [*tags, parse_tag(f"{RATING}:{rating}")] if isinstance(rating, str) else tags


def _broken(why: str) -> ItemError:
    return ItemError("broken tag file", f"the tag file cannot be used, because {why}: write it again")


def _post(loaded: object) -> dict[str, object] | list[object]:
    """Unwrap the one post, or the plain list of tags, that the file is about."""
    while True:
        if isinstance(loaded, list):
            entries = [one for one in loaded if isinstance(one, dict)]
            if not any(_is_tag_key(key) or key in _WRAPPERS for entry in entries for key in entry):
                return loaded
            if len(loaded) > 1:
                raise _broken("it holds several posts and not the one of this picture")
            loaded = loaded[0]
        elif isinstance(loaded, dict):
            wrapped = [loaded[key] for key in _WRAPPERS if isinstance(loaded.get(key), (dict, list))]
            if not wrapped or any(map(_is_tag_key, loaded)):
                return loaded
            loaded = wrapped[0]
        else:
            raise _broken("it holds neither a list nor an object")


def _is_tag_key(key: str) -> bool:
    return key in _TAG_KEYS or key.startswith(("tags_", "tag_string_"))


def _category_of_key(key: str) -> str | None:
    """The category that `tags_artist` or `tag_string_artist` names, "" for one unknown, None for `tags`."""
    if key in _TAG_KEYS:
        return None
    return _known_category(key.removeprefix("tags_").removeprefix("tag_string_"))


def _known_category(name: str) -> str:
    return category_called(name.lower()) or ""


def _tags_in(value: object, category: str | None) -> Iterator[Tag]:
    """Every tag in a string, a list of strings or objects, or e621's object of lists by category."""
    if isinstance(value, str):
        written = value.split(",") if "," in value else value.split()
        yield from _with_category(parse_all(written), category)
    elif isinstance(value, list):
        strings = [piece for one in value if isinstance(one, str) for piece in one.split(",")]
        yield from _with_category(parse_all(strings), category)
        yield from _named_objects(value)
    elif isinstance(value, dict):
        for key, inner in value.items():
            # {"1girl": "0.98"}: a tagger's scores, the numbers still text.
            if isinstance(inner, str) and is_number(inner):
                yield from _with_category([parse_tag(key)], category)
            elif isinstance(inner, (str, list)):
                yield from _tags_in(inner, _known_category(key))


def _with_category(tags: Iterable[Tag], category: str | None) -> Iterator[Tag]:
    for tag in tags:
        yield Tag(tag.name, category) if category and tag.category != RATING else tag


def _named_objects(entries: list[object]) -> Iterator[Tag]:
    """Tags written as objects: {"name": "solo", "category": "general"}."""
    for entry in entries:
        if not isinstance(entry, dict):
            continue
        name, told = entry.get("name", entry.get("tag")), entry.get("category", entry.get("type"))
        if isinstance(name, str):
            category = _known_category(told) if isinstance(told, str) else None
            yield from _with_category([parse_tag(name)], category)
