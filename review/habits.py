"""Habits that many captions of a data set share, and that a model would learn from them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, groupby
from statistics import median
from typing import TypedDict

from check import is_grammar, is_list
from dataset.pictures import evenly_spread
from english import amount, sentence_spans, stem
from tags.filters import HiddenTraits
from tags.spelling import words

LISTS, SENTENCES, BOTH = "lists of tags", "sentences", "tags and sentences"
STRUCTURES = "JSON or XML"

# Captions in which phrases are searched; those that are found are then counted in all.
_MOST_READ = 500
_FEWEST_CAPTIONS = 6
_REPEATED_SHARE = 1 / 3
_SHORTEST_PHRASE, _LONGEST_PHRASE = 3, 12
# How many words of a phrase must be more than grammar.
_FEWEST_WORDS = 2
_MOST_PHRASES, _MOST_NAMED = 5, 5
# Fewer captions of another form are not reported, because some sentences look like a list.
_LEAST, _LEAST_SHARE = 3, 0.05
# Captions with this many times fewer or more words than the median one.
_FAR = 2.5
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_DIGITS = "0123456789"
_SENTENCE_END = re.compile(r"[.!?;:\n]+")


class Finding(TypedDict):
    """What was found, in a sentence, and the pictures that it is about, by their place on the page."""

    text: str
    pictures: list[int]


@dataclass(frozen=True, slots=True)
class PageCaption:
    """What a caption says: `at` is its place on the page, `sentences` are its words without tags beside them.

    `unnamed` are the words of the character tags that it leaves out, and `tags` are the words of all tags.
    """

    at: int
    caption: str
    sentences: str
    tags: Sequence[str] = ()
    unnamed: Sequence[str] = field(default=())


def form_of(caption: str) -> str:
    """What a caption is: LISTS, SENTENCES, BOTH or STRUCTURES."""
    if caption.startswith(("{", "<")):
        return STRUCTURES
    are_lists = [is_list(caption[slice(*span)]) for span in sentence_spans(caption)]
    if all(are_lists):
        return LISTS
    return BOTH if any(are_lists) else SENTENCES


def mixed_forms(forms: Iterable[tuple[str, str]]) -> str:
    """How many captions have which form: "9 are sentences (a.png), 4 are lists of tags (b.png)".

    `forms` are pairs of a name and a form; the result is "" where all captions are of one form.
    """
    by_form: Mapping[str, list[str]] = defaultdict(list)
    for name, form in forms:
        by_form[form].append(name)
    least = max(_LEAST, _LEAST_SHARE * sum(map(len, by_form.values())))
    found = sorted(by_form.items(), key=lambda each: len(each[1]), reverse=True)
    counts = [f"{len(names):,} are {form} ({names[0]})" for form, names in found if len(names) >= least]
    return ", ".join(counts) if len(counts) > 1 else ""


def find_all(
    captions: Sequence[PageCaption], names: Sequence[str], hidden: HiddenTraits, own: str
) -> list[Finding]:
    """What stands out in these captions; `names` are those of all pictures of the page.

    `own` has the words that the settings put into every caption, which is no habit of a model.
    """
    found = [
        *_forms(captions, names),
        *_without_names(captions),
        *_hidden_traits_said(captions, hidden),
        *_lengths(captions),
    ]
    return [*found, *_phrases(captions, own)]


def _forms(captions: Sequence[PageCaption], names: Sequence[str]) -> Iterator[Finding]:
    forms = {each.at: form_of(each.caption.partition("\n")[0]) for each in captions}
    if counts := mixed_forms((names[at], form) for at, form in forms.items()):
        (usual, _), *_ = Counter(forms.values()).most_common(1)
        text = f"The captions mix forms, which a model learns as a switch: {counts}."
        yield Finding(text=text, pictures=[at for at, form in forms.items() if form != usual])


def _without_names(captions: Sequence[PageCaption]) -> Iterator[Finding]:
    counts = Counter(name for each in captions for name in each.unnamed)
    pictures = [each.at for each in captions if each.unnamed]
    if pictures:
        listed = _listed(counts)
        yield Finding(
            text=f"{_captions(pictures)} without the name of a character: {listed}.", pictures=pictures
        )


def _hidden_traits_said(captions: Sequence[PageCaption], hidden: HiddenTraits) -> Iterator[Finding]:
    leaked = {each.at: traits for each in captions if (traits := hidden.said_in(each.sentences))}
    if leaked:
        counts = Counter(trait for traits in leaked.values() for trait in traits)
        text = f"{_captions(list(leaked))} with a trait that [Tags] hide keeps out: {_listed(counts)}."
        yield Finding(text=text, pictures=list(leaked))


def _lengths(captions: Sequence[PageCaption]) -> Iterator[Finding]:
    if len(captions) < _FEWEST_CAPTIONS:
        return
    counts = {each.at: len(each.caption.partition("\n")[0].split()) for each in captions}
    middle = median(counts.values())
    for word, far in (
        ("shorter", [at for at, count in counts.items() if count * _FAR < middle]),
        ("longer", [at for at, count in counts.items() if count > middle * _FAR]),
    ):
        if far:
            text = f"{_captions(far)} far {word} than the rest: half of all have {middle:g} words or more."
            yield Finding(text=text, pictures=far)


def _phrases(captions: Sequence[PageCaption], own: str) -> Iterator[Finding]:
    """Phrases in over a third of the captions, but for those that only say what the tags say."""
    if len(captions) < _FEWEST_CAPTIONS:
        return
    sample = evenly_spread(captions, _MOST_READ)
    least = _REPEATED_SHARE * len(sample)
    texts = [[_words_of(said) for said in _SENTENCE_END.split(each.sentences)] for each in sample]
    in_captions = Counter(word for sentences in texts for word in set(chain.from_iterable(sentences)))
    # A phrase is no more common than its rarest word, and most words are too rare.
    usual = {word for word, count in in_captions.items() if count > least}
    counts: Counter[tuple[str, ...]] = Counter()
    for sentences in texts:
        counts.update(_rows_of(sentences, usual))
    common = [row for row, count in counts.items() if count > least and len(_content(row)) >= _FEWEST_WORDS]
    common.sort(key=lambda row: (-counts[row], -len(row)))
    normal = {each.at: f" {' '.join(_words_of(each.sentences))} " for each in captions}
    ours, shown = f" {' '.join(_words_of(own))} ", list[set[str]]()
    for row in common:
        phrase, content = f" {' '.join(row)} ", _content(row)
        if phrase in ours or any(content <= other for other in shown):
            continue
        pictures = [at for at, text in normal.items() if phrase in text]
        if len(pictures) <= _REPEATED_SHARE * len(captions) or _is_of_tags(row, pictures, captions):
            continue
        shown.append(content)
        text = f"“{phrase.strip()}” stands in {len(pictures):,} of {amount(len(captions), 'caption')}."
        yield Finding(text=text, pictures=pictures)
        if len(shown) == _MOST_PHRASES:
            return


def _rows_of(sentences: Sequence[Sequence[str]], usual: Collection[str]) -> set[tuple[str, ...]]:
    """The rows of usual words within a sentence."""
    runs = (
        list(run) for said in sentences for is_usual, run in groupby(said, usual.__contains__) if is_usual
    )
    return {
        row
        for run in runs
        for length in range(_SHORTEST_PHRASE, min(_LONGEST_PHRASE, len(run)) + 1)
        for row in zip(*(run[first:] for first in range(length)), strict=False)
    }


def _words_of(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]


def _content(row: Sequence[str]) -> set[str]:
    """The stems of the words of a phrase that are more than grammar."""
    return {stem(word) for word in row if not is_grammar(word)}


def _is_of_tags(row: Sequence[str], pictures: Sequence[int], captions: Sequence[PageCaption]) -> bool:
    """Whether most of these pictures have tags that say each word of a phrase."""
    wanted, chosen = _content(row), set(pictures)
    tags = [each.tags for each in captions if each.at in chosen]
    bearing = sum(
        wanted <= {stem(word.lstrip(_DIGITS)) for tag in each for word in tag.split()} for each in tags
    )
    return 2 * bearing > len(pictures)


def _captions(pictures: Sequence[int]) -> str:
    count = len(pictures)
    return f"{amount(count, 'caption')} {'is' if count == 1 else 'are'}"


def _listed(counts: Counter[str]) -> str:
    parts = [f"{words(name)} ({count:,})" for name, count in counts.most_common(_MOST_NAMED)]
    rest = len(counts) - len(parts)
    return ", ".join([*parts, f"{rest:,} more"] if rest else parts)
