"""Whether an answer is in the language that was asked for.

Libraries for this make too many mistakes. Of 215 good English captions of the tests' corpus, py3langid (50 MB
with numpy) took 3 for another language and lingua (96 MB) took 7: captions that are short or contain foreign
names. Each mistake costs a good caption. What goes wrong in practice is easy to see: a model drifts into
Chinese, or answers in the language of its prompt. The script shows the first, the share of common small words
the second. An answer that neither shows to be wrong is accepted.
"""

import re
from collections import Counter

from llm.replies.patterns import TABLES
from llm.replies.text import CJK, without_quotations

_SCRIPTS = {
    "latin": "A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff\uff21-\uff5a",
    "greek": "\u0370-\u03ff\u1f00-\u1fff",
    "cyrillic": "\u0400-\u052f",
    "hebrew": "\u0590-\u05ff",
    "arabic": "\u0600-\u06ff\u0750-\u077f",
    "indic": "\u0900-\u0dff",
    "thai": "\u0e00-\u0e7f",
    "cjk": CJK,
    "hangul": "\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3",
}
_LETTERS = {script: re.compile(f"[{ranges}]+") for script, ranges in _SCRIPTS.items()}
_OTHER_LETTER = re.compile(f"[{''.join(ranges for script, ranges in _SCRIPTS.items() if script != 'latin')}]")
_OTHER_SCRIPTS = {
    **dict.fromkeys(("ru", "uk", "be", "bg", "sr", "mk"), "cyrillic"),
    **dict.fromkeys(("ar", "fa", "ur"), "arabic"),
    **dict.fromkeys(("hi", "bn", "ta", "te"), "indic"),
    **dict.fromkeys(("zh", "ja"), "cjk"),
    **{"ko": "hangul", "el": "greek", "he": "hebrew", "th": "thai"},
}

_SMALL_WORDS = TABLES["small words"]
_LANGUAGES_OF: dict[str, list[str]] = {}
for _language, _small in _SMALL_WORDS.items():
    for _word in set(_small.split()):
        _LANGUAGES_OF.setdefault(_word, []).append(_language)
_LATIN_WORD = re.compile(f"[{_SCRIPTS['latin']}]+")

# Text on a sign may be given without quotation marks, and a name be repeated in its own script.
_SIGN_TEXT = re.compile(
    rf"\([^()\n]{{0,60}}\)|\[[^\[\]\n]{{0,60}}\]|\b(?:read(?:s|ing)?|say(?:s|ing)|labell?ed|titled?|marked"
    rf"|written|text|words?|characters?|kanji|sign|named|called|logo|spelling"
    rf"|spells) ?:? ?[{CJK}{_SCRIPTS['hangul']}{_SCRIPTS['cyrillic']}"
    r"、。・！？\s]{1,40}",
    re.IGNORECASE,
)
_STRAY_LETTERS = 3
_LETTERS_PER_CHARACTER = 3  # one Han character or Hangul syllable stands for about three Latin letters
_FOREIGN_SHARE = 0.05
_QUOTED_SHARE = 0.5
_MIN_SMALL_WORDS = 2
_MIN_SMALL_WORD_SHARE = 0.2


def base_code(language: str) -> str:
    """The code of a language without its region: "pt" for "pt-BR" and "PT_br"."""
    return language.strip().lower().replace("_", "-").partition("-")[0]


def is_in_language(text: str, language: str) -> bool:
    """Whether a text seems to be in the language of that code, such as "en" or "pt-BR"; "" accepts any.

    Quoted words in another script are usually text in the picture, so they count only if they are most of it.
    """
    code = base_code(language)
    if not code:
        return True
    script = _OTHER_SCRIPTS.get(code, "latin")
    unquoted = without_quotations(text)
    if not unquoted.isascii() or "(" in unquoted or "[" in unquoted:
        unquoted = _SIGN_TEXT.sub(" ", unquoted)
    return (
        _is_written_in(unquoted, script, _FOREIGN_SHARE)
        and _is_written_in(text, script, _QUOTED_SHARE)
        and not (script == "latin" and _is_another_language(unquoted, code))
    )


def _is_written_in(text: str, script: str, tolerated: float) -> bool:
    if script == "latin" and (text.isascii() or _OTHER_LETTER.search(text) is None):
        return True
    letters = {name: sum(map(len, pattern.findall(text))) for name, pattern in _LETTERS.items()}
    letters["cjk"] *= _LETTERS_PER_CHARACTER
    letters["hangul"] *= _LETTERS_PER_CHARACTER
    if script != "latin":
        # Every language writes some names and brands in Latin letters, but not most of a text.
        return not letters["latin"] or letters[script] >= letters["latin"]
    foreign = sum(letters.values()) - letters["latin"]
    return foreign <= _STRAY_LETTERS or foreign <= tolerated * sum(letters.values())


def _is_another_language(text: str, language: str) -> bool:
    """Whether there are more small words of another language than of this one, and more than a few."""
    if language not in _SMALL_WORDS:
        return False
    found = _LATIN_WORD.findall(text.lower())
    hits: Counter[str] = Counter()
    for word, number in Counter(found).items():
        for code in _LANGUAGES_OF.get(word, ()):
            hits[code] += number
    own = hits.pop(language, 0)
    most = max(hits.values(), default=0)
    return most > own and most >= _MIN_SMALL_WORDS and most >= _MIN_SMALL_WORD_SHARE * len(found)
