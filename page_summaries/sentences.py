"""The sentences in the answers of a model about wiki pages, and which of them can be used."""

import logging
import re
from collections.abc import Iterable, Sequence

from english import first_sentence
from errors import ItemError
from llm.answers import Reply
from llm.replies import Form, clean
from tags.spelling import canonical, words
from wiki.source import Page
from wiki.tag_meanings import load_glossary

# Words that the template asks for, and that are accepted: hair, eyes and clothes may take a few more.
MOST_WORDS_ASKED = 25
_MOST_WORDS = 35
_FEWEST_WORDS = 3
_NUMBERED = re.compile(
    r"^\s*[*_]{0,2}(?:page\s)?(\d{1,2})[.):][*_]{0,2}\s+(\S.*)$", re.MULTILINE | re.IGNORECASE
)
_ABOUT_TAGS = re.compile(
    r"\bthis tag\b|\bthe tag (?:is|was|for|refers|describes|means)\b|\btagg(?:ed|ing)\b|\bwiki\b",
    re.IGNORECASE,
)
_NAME_IN_FRONT = r"[*_\"']{{0,3}}{}[*_\"']{{0,3}}(?: \([a-z]+\))?[*_]{{0,3}} ?[:–—-][*_]{{0,3}}\s+"
_MARKUP = re.compile(r"[_\[\]{}<>|]|https?:")
# "since 2007", "created by Lewis Carroll"; "in the style of the 1990s" can be seen.
_ORIGIN = re.compile(
    r"\b(?:1[5-9]|20)\d\d\b"
    r"|\b(?:created|written|designed|drawn|illustrated|published|developed|directed|voiced) by\b"
    r"|\b(?:author|mangaka|publisher|named after)\b",
    re.IGNORECASE,
)
# "Portrait shows head and torso" explains portrait, whichever page it is about.
_SUBJECT = re.compile(
    r"(?:an?\s|the\s)?([\w'-]+(?:\s[\w'-]+){0,3}?)\s(shows?|means?|depicts?|refers?|describes?|is|are)\s",
    re.IGNORECASE,
)

_log = logging.getLogger(__name__)


class NoSentenceError(ItemError):
    """The model answered, but nothing in the answer can be used as a description."""


def sentences_in(reply: Reply, pages: Sequence[Page]) -> list[str | None]:
    """The sentence for each page in a numbered reply, None where it cannot be used.

    Raises NoSentenceError when it is not clear which line is for which page.
    """
    text = _cleaned(reply.text, reply.finish_reason, Form(one_line=False, plain_text=False))
    lines = _NUMBERED.findall(text)
    if sorted(int(number) for number, _ in lines) != list(range(1, len(pages) + 1)):
        raise NoSentenceError("no summary", f"asked for {len(pages)} numbered lines, and got {len(lines)}")
    by_number = {int(number): line for number, line in lines}
    found: list[str | None] = []
    for number, page in enumerate(pages, start=1):
        try:
            found.append(_sentence_about(page, by_number[number], pages))
        except NoSentenceError as error:
            _log.debug("%s: %s", page.tag, error)
            found.append(None)
    return found


def sentence_in(reply: Reply, page: Page) -> str:
    """The sentence in a reply about one page; raises NoSentenceError where there is none that can be used."""
    text = _cleaned(reply.text, reply.finish_reason, Form(one_line=True, plain_text=False))
    numbered = _NUMBERED.match(text)
    return _sentence_about(page, numbered.group(2) if numbered else text)


def _sentence_about(page: Page, text: str, pages: Iterable[Page] = ()) -> str:
    """The sentence about a page; `pages` are all that were asked about together."""
    sentence = plain_sentence(_without_name(text, page.name), _MOST_WORDS)
    if origin := _ORIGIN.search(sentence):
        raise NoSentenceError("no summary", f'"{origin[0]}" says where it comes from, which is not seen')
    if other := _other_subject(sentence, page, pages):
        raise NoSentenceError("no summary", f"it says what {other} is, not what {words(page.name)} is")
    return sentence


def _other_subject(sentence: str, page: Page, pages: Iterable[Page]) -> str:
    """The name of another tag that the sentence explains; "" where it explains none."""
    found = _SUBJECT.match(sentence)
    if found is None:
        return ""
    subject, verb = canonical(found[1]), found[2].lower()
    own = set(words(page.name).split()) | set(words(page.tag).split())
    if not own.isdisjoint(words(subject).split()):
        return ""
    is_other_page = any(subject in (other.tag, other.name) for other in pages)
    return (
        words(subject) if is_other_page or (verb not in {"is", "are"} and subject in load_glossary()) else ""
    )


def _cleaned(text: str | None, finish_reason: str | None, form: Form) -> str:
    try:
        return clean(text, finish_reason, form)
    except ItemError as error:
        raise NoSentenceError(error.reason, str(error)) from error


def plain_sentence(text: str, most_words: int) -> str:
    """The first sentence of a text, with a capital letter and a full stop.

    Raises NoSentenceError where it is none, or has more than `most_words` words.
    """
    text = first_sentence(_cleaned(text, None, Form()))
    if (count := len(text.split())) > most_words:
        raise NoSentenceError("too long", f"it has {count} words, and {MOST_WORDS_ASKED} are the most")
    if count < _FEWEST_WORDS or _MARKUP.search(text) or _ABOUT_TAGS.search(text):
        raise NoSentenceError("no summary", f"not a plain sentence on what is seen: {text}")
    return text[0].upper() + text[1:] + ("" if text.endswith((".", "!", "?", '"')) else ".")


def _without_name(text: str, name: str) -> str:
    """Remove the name that some models repeat in front: "ahoge (general): A lock of hair"."""
    for each in (name, words(name)):
        repeated = re.match(_NAME_IN_FRONT.format(re.escape(each)), text, re.IGNORECASE)
        if repeated:
            return text[repeated.end() :]
    return text
