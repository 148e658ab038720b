"""Whether an answer is in the language that was asked for.

No library does this. Of 215 good English captions of the tests' corpus, py3langid (50 MB with numpy) took 3
for another language and lingua (96 MB) took 7: captions with foreign names, or short ones. A wrong guess
costs a good caption, and what goes wrong in practice is coarse: a model drifts into Chinese, or answers in
the language of its prompt. Scripts tell the first, the share of common small words the second; where neither
tells, the answer passes.
"""

import re
from collections import Counter

from llm.replies.characters import CJK
from llm.replies.quotations import without_quotations

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
_OTHER_SCRIPTS = {
    **dict.fromkeys(("ru", "uk", "be", "bg", "sr", "mk"), "cyrillic"),
    **dict.fromkeys(("ar", "fa", "ur"), "arabic"),
    **dict.fromkeys(("hi", "bn", "ta", "te"), "indic"),
    **dict.fromkeys(("zh", "ja"), "cjk"),
    **{"ko": "hangul", "el": "greek", "he": "hebrew", "th": "thai"},
}

# The commonest words of prose. What two languages share counts for both, so only the difference tells.
_SMALL_WORDS = {
    language: frozenset(small.split())
    for language, small in {
        "en": "a an the and or of in on at to by from with for is are was has have her his their its she "
        "he it they while who that this as into over under behind near up down not one two other i "
        "you we be do should can will there but if so no all which when where",
        "de": "der die das den dem des ein eine einen einem einer und oder mit von vor hinter im in am an "
        "auf zu zur ist sind hat trägt sie er es ihre ihr sein seine sich neben über unter aus bei "
        "für nicht während",
        "fr": "le la les l un une des du de d et ou avec dans sur sous devant derrière aux au est sont a "
        "elle il ils elles ses son sa leur qui que en par pour pas vers près",
        "es": "el la los las un una unos unas de del y o con en sobre bajo ante detrás al es son está "
        "están ella él su sus que por para no lleva tiene hacia desde mientras entre",
        "pt": "o a os as um uma uns umas de do da dos das e ou com em no na nos nas sobre sob ao à é são "
        "está ela ele seu sua seus suas que por para não tem enquanto",
        "it": "il lo la i gli le un uno una di del della dei delle e o con in nel nella su sul sulla "
        "sotto davanti al alla è sono ha lei lui suo sua suoi che per non mentre",
        "nl": "de het een en of met van voor achter in op aan te is zijn heeft draagt ze zij hij haar hun "
        "naast over onder uit bij niet terwijl die dat",
        "pl": "i oraz w we z ze na do od pod nad przed za jest są ma ona on jej jego się który która nie "
        "obok przy",
        "sv": "en ett och eller med av på i vid till från framför bakom är har hon han sin sitt sina som "
        "den det de inte",
        "id": "yang dan dengan di ke dari pada sedang seorang sebuah memakai mengenakan ini itu adalah "
        "untuk dalam tidak",
        "tr": "bir ve ile bu için olan giymiş üzerinde önünde arkasında o da de çok",
        "vi": "một và với của trong trên có đang là cô ấy người những các được cho không",
    }.items()
}
_LANGUAGES_OF: dict[str, list[str]] = {}
for _language, _small in _SMALL_WORDS.items():
    for _word in _small:
        _LANGUAGES_OF.setdefault(_word, []).append(_language)
_LATIN_WORD = re.compile(f"[{_SCRIPTS['latin']}]+")

# A sign may be told without quotation marks, and a name repeated in its own script.
_TOLD_SIGN = re.compile(
    rf"\([^()\n]{{0,60}}\)|\[[^\[\]\n]{{0,60}}\]|\b(?:read(?:s|ing)?|say(?:s|ing)|labell?ed|titled?|marked"
    rf"|written|text|words?|characters?|kanji|sign|named|called|logo|spelling"
    rf"|spells) ?:? ?[{CJK}{_SCRIPTS['hangul']}{_SCRIPTS['cyrillic']}"
    r"、。・！？\s]{1,40}",
    re.IGNORECASE,
)
_STRAY_LETTERS = 3
_LETTERS_PER_SIGN = 3  # what one Han character or syllable of Hangul says takes about three letters
_FOREIGN_SHARE = 0.05
_QUOTED_SHARE = 0.5
_FEWEST_SMALL_WORDS = 2
_SMALL_WORD_SHARE = 0.2


def base_code(language: str) -> str:
    """The code of a language without its region: "pt" for "pt-BR" and "PT_br"."""
    return language.strip().lower().replace("_", "-").partition("-")[0]


def is_in_language(text: str, language: str) -> bool:
    """Whether a text is, as far as can be told, in the language of that code ("en", "pt-BR"); "" is any.

    Quoted words in another script are what a picture says; they count only if they outweigh the rest.
    """
    code = base_code(language)
    if not code:
        return True
    script = _OTHER_SCRIPTS.get(code, "latin")
    told = without_quotations(text)
    if not told.isascii() or "(" in told or "[" in told:
        told = _TOLD_SIGN.sub(" ", told)
    return (
        _is_written_in(told, script, _FOREIGN_SHARE)
        and _is_written_in(text, script, _QUOTED_SHARE)
        and not (script == "latin" and _sounds_like_another(told, code))
    )


def _is_written_in(text: str, script: str, tolerated: float) -> bool:
    if script == "latin" and text.isascii():
        return True
    letters = {name: sum(map(len, pattern.findall(text))) for name, pattern in _LETTERS.items()}
    letters["cjk"] *= _LETTERS_PER_SIGN
    letters["hangul"] *= _LETTERS_PER_SIGN
    if script != "latin":
        # Names and brands are written in Latin letters everywhere; a text in Latin alone is another.
        return not letters["latin"] or letters[script] >= letters["latin"]
    foreign = sum(letters.values()) - letters["latin"]
    return foreign <= _STRAY_LETTERS or foreign <= tolerated * sum(letters.values())


def _sounds_like_another(text: str, language: str) -> bool:
    """Whether another language's small words are more than a few, and more than the language's own."""
    if language not in _SMALL_WORDS:
        return False
    spoken = _LATIN_WORD.findall(text.lower())
    hits = Counter(code for word in spoken for code in _LANGUAGES_OF.get(word, ()))
    own = hits.pop(language, 0)
    most = max(hits.values(), default=0)
    return most > own and most >= _FEWEST_SMALL_WORDS and most >= _SMALL_WORD_SHARE * len(spoken)
