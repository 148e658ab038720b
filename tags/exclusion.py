"""Which pictures are never sent and never captioned: a minor together with sexual content.

All tags of a picture are read word by word, so that `female_child`, "two children" and a trigger phrase all
name a minor. Word lists cannot judge a case, so they would rather exclude too much than too little; the
`HARMLESS` phrases are the exceptions that only sound like it. No setting turns this off, and nothing but
dataset/admission.py calls `judge`.

To extend a list, add words in the singular and phrases in plain words, in alphabetical order.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from english import singular


def _listed(text: str) -> frozenset[str]:
    return frozenset(" ".join(entry.split()) for entry in text.split(","))


# Found anywhere in a tag, in the plural too.
MINORS = _listed("""
    adolescent, babies, baby, babyfur, child, children, chuugakusei, cub, daycare, elementary school,
    girlchild, grade school, grade schooler, high school boy, high school girl, high school student,
    high schooler, infant, jailbait, joshi kousei, junior high, juvenile, kemololi, kemoshota, kid, kiddie,
    kiddo, kindergarten, kindergartener, kindergartner, kodomo, little boy, little girl, littleboy,
    littlegirl, loli, lolibaba, lolicon, lolidom, mesugaki, middle school, middle schooler, newborn,
    nursery school, pedo, pedophile, pedophilia, pre school, pre teen, prepubescent, preschool, preschooler,
    preteen, primary school, randoseru, rori, school boy, school girl, schoolboy, schoolchild,
    schoolchildren, schoolgirl, shota, shotacon, shotadom, shougakusei, small boy, small girl, teen,
    teenage, teenaged, teenager, tiny boy, tiny girl, toddler, toddlercon, tween, under age, under aged,
    underage, underaged, young, youngboy, younggirl, youngster
""")
# These name a minor only as a whole tag; inside other tags they mean something else.
MINOR_TAGS = _listed("a minor, lolita, minor, minors")
# Words for minors in scripts without spaces, found anywhere in a tag.
MINOR_SIGNS = _listed("""
    ショタ, ロリ, 中学生, 児童, 兒童, 女子高生, 女童, 子ども, 子供, 小女孩, 小学生, 小學生, 小男孩, 幼児,
    幼女, 幼稚園, 幼童, 未成年, 正太, 男童, 童女, 萝莉, 蘿莉, 로리, 미성년, 쇼타, 어린이
""")
HARMLESS_MINORS = _listed("""
    baby blue, baby bottle, baby bump, baby carrot, baby doll, baby hair, baby metal, baby oil, baby pink,
    baby powder, baby s breath, baby shower, baby step, baby t shirt, baby tee, billy the kid,
    child of light, child s drawing, children s book, death the kid, destiny child, eustass kid,
    inner child, kaito kid, kaitou kid, karate kid, kid glove, kid icarus, neil young, sugar baby,
    teen titan, teenage mutant ninja turtle, young adult, young animal, young gangan, young jump,
    young justice, young magazine, young man, young men, young woman, young women
""")
HARMLESS_SIGNS = _listed("イエロー, クラロリ, ゴスロリ, ピエロ, ロリータ, 和ロリ, 甘ロリ, 裸足")

SEXUAL = _listed("""
    adult content, ahegao, anal, anilingus, anus, aphrodisiac, areola, areolae, arousal, aroused, arse, ass,
    asshole, babydoll, ball gag, ballgag, ballsack, bare breast, bdsm, beastiality, bestiality,
    bikini aside, bikini pull, blowjob, bondage, boob, boobjob, booty, bottomless, bra, bralette, brassiere,
    breast fondling, breast grab, breast grabbing, breast hold, breast out, breast sucking, breeding,
    brothel, bukkake, bulge, butt, buttcrack, butthole, buttjob, buttock, buttplug, camel toe, cameltoe,
    censor, censored, censoring, cervix, chastity, chikan, cleavage, clit, clitoris, clothes aside,
    clothes lift, clothes pull, clothing aside, clothing lift, clothing pull, cock, coitus, condom,
    coprophilia, copulation, cowgirl position, creampie, crotch, crotchless, cuckold, cum, cumdrip, cumdump,
    cumming, cumshot, cunnilingus, cunt, cuntboy, deepthroat, defloration, dick, dickgirl, dildo,
    doggy style, doggystyle, dominatrix, double penetration, down blouse, downblouse, dress lift, ecchi,
    ejaculate, ejaculating, ejaculation, enjo kousai, erection, ero, eroge, erotic, erotica, eroticism,
    exhibitionism, exhibitionist, explicit, exposed breast, facesitting, fellatio, femdom, fetish,
    fetishism, fingering, fisting, flasher, flashing, fondle, fondled, fondling, footjob, foreskin,
    foursome, french kiss, frottage, fuck, fucked, fucking, futa, futanari, g string, gangbang, gangrape,
    genital, genitalia, girl on top, glans, glory hole, gloryhole, gokkun, grope, groped, groping, handjob,
    hentai, hooker, horny, humping, hymen, impregnation, in heat, incest, insemination, insertion,
    intercourse, intercrural, irrumatio, jockstrap, kimono lift, kink, kinky, knotting, labia, lactating,
    lactation, lap dance, leotard aside, lewd, lingerie, love hotel, love juice, lust, lustful, maebari,
    making out, maledom, masturbate, masturbated, masturbating, masturbation, mating, mature content,
    micro bikini, mind break, missionary position, molest, molestation, molested, molester, naizuri, naked,
    necrophilia, negligee, netorare, newhalf, nip slip, nipple, not safe for work, nsfw, nude, nudism,
    nudist, nudity, omorashi, onahole, oppai, oral penetration, oral sex, orgasm, orgy, paizuri, panchira,
    pant pull, pantie, pantsu, panty, pantyshot, pastie, pedo, pedophilia, pee, peeing, peeping, pegging,
    penetrated, penetrating, penetration, penis, perineum, pet play, petplay, phallic, phallus, porn, porno,
    pornographic, pornography, precum, presenting anus, presenting hindquarter, private part, prone bone,
    prostitute, prostitution, pube, pubic, pussies, pussy, r 18, r 34, rape, raped, rapist, reverse cowgirl,
    rimjob, rimming, rule 34, ryona, scat, scrotum, seduce, seducing, seduction, seductive, see through,
    semen, seminude, sex, sexting, sexual, sexualised, sexualized, sexually, sexy, shemale, shirt lift,
    short aside, sideboob, sixty nine, skirt lift, skirt pull, sling bikini, slingshot bikini,
    slingshot swimsuit, slut, smegma, spank, spanked, spanking, sperm, spread leg, spread pussy, squirting,
    strap on, strapon, string bikini, strip club, stripper, striptease, suggestive, swimsuit aside,
    swimsuit lift, swimsuit pull, testicle, thighjob, thong, threesome, tit, titfuck, titjob, titties,
    titty, toddlercon, tongue kiss, topless, tribadism, uncensored, unclothed, underboob, underbutt,
    undergarment, underwear, undressed, undressing, upskirt, urethra, urethral, urinating, urination,
    vagina, vaginal, vibrator, virgin killer, vore, voyeur, voyeurism, vulva, wardrobe malfunction,
    watersport, wetting self, whore, wind lift, womb tattoo, xxx, yiff, zoophilia
""")
SEXUAL_TAGS = _listed("""
    69, balls, facial, hetero sex, missionary, ntr, oral, presenting, questionable, rated e, rated q,
    rated x, rating adult, rating e, rating mature, rating q, rating questionable, rating x
""")
SEXUAL_SIGNS = _listed("""
    えっち, おっぱい, エッチ, エロ, セックス, パンツ, パンティ, 下着, 乳首, 全裸, 内衣, 内裤, 性交, 性器,
    情色, 成人向け, 色情, 裸, 누드, 섹스, 야한
""")
HARMLESS_SEXUAL = _listed("""
    blue tit, bra dragon ball, censored text, cigarette butt, coal tit, cum laude, dick dastardly,
    dick grayson, great tit, head butt, identity censor, kick ass, long tailed tit, moby dick,
    naked mole rat, naked snake, pussy cat, pussy willow, same sex, see through cape, see through glove,
    see through jacket, see through raincoat, see through shawl, see through sleeve, see through umbrella,
    see through veil, sperm whale, sports bra, thong sandal
""")
# What Danbooru, e621 and other sites call their strong ratings.
_STRONG_RATINGS = _listed("adult, e, explicit, mature, q, questionable, x")

_NUMBER_WORDS = (
    "zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven"
    "|twelve|thirteen|fourteen|fifteen|sixteen|seventeen"
)
_UNDER_18 = rf"(?:1[0-7]|0?[0-9]|{_NUMBER_WORDS})"
_ORDINAL = (
    r"(?:1 st|2 nd|3 rd|[4-9] th|1[0-2] th"
    r"|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth)"
)
# Searched in the words of a tag, where "12yo" has become "12 yo" and "years" has become "year".
_AGE = re.compile(
    rf"\b(?:{_UNDER_18} (?:(?:year|yr|yrs) old|yo|y o|yr|yrs|sai)"
    r"|\w+ (?:month|week|day) old"
    rf"|{_UNDER_18} year of age|(?:age|age of|aged) {_UNDER_18}"
    r"|(?:below|less than|not yet|under|under age|under age of|under the age of|u) 1[0-8]"
    rf"|{_ORDINAL} (?:grade|grader))\b"
)
_AGE_SIGN = re.compile(r"(?<!\d)(?:1[0-7]|[0-9])\s?[歳才岁歲살세]")


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    """Listed phrases, harmless exceptions, and the first words of both, so that most words are skipped."""

    listed: frozenset[str]
    harmless: frozenset[str]
    starts: frozenset[str]

    @classmethod
    def of(cls, listed: frozenset[str], harmless: frozenset[str]) -> _Vocabulary:
        return cls(listed, harmless, frozenset(phrase.split()[0] for phrase in listed | harmless))


_MINOR_WORDS = _Vocabulary.of(MINORS, HARMLESS_MINORS)
_SEXUAL_WORDS = _Vocabulary.of(SEXUAL, HARMLESS_SEXUAL)


@dataclass(frozen=True, slots=True)
class Judgement:
    """Why a picture is excluded, None when it is not; and whether its tags or its rating are sexual."""

    excluded_because: str | None
    explicit: bool


_PIECE = re.compile(r"[^\s_]{1,200}")
_LONGEST_PHRASE = 4
_LONGEST_SHOWN = 60
# Pictures have the same tags over and over, so what was found for a tag is kept: for how many, and how long.
_REMEMBERED, _LONGEST_REMEMBERED = 1 << 15, 100


def judge(tags: Iterable[str], rating: str | None = None) -> Judgement:
    """Judge a picture by all its tags, in any spelling, and by the rating of its site ("e", "explicit").

    The reason for excluding it reads: tags combine "loli" with "nude".
    """
    minor = sexual = None
    for tag in tags:
        # Long texts are not kept, since many of them would fill the memory.
        names_minor, names_sexual = _known(tag) if len(tag) <= _LONGEST_REMEMBERED else _named(tag)
        if minor is None and names_minor:
            minor = _shown(tag)
        if sexual is None and names_sexual:
            sexual = _shown(tag)
    if sexual is None and rating is not None and _is_strong(rating):
        sexual = f"the rating {_shown(rating)}"
    because = f"tags combine {minor} with {sexual}" if minor and sexual else None
    return Judgement(because, explicit=sexual is not None)


def _named(tag: str) -> tuple[bool, bool]:
    """Whether a tag names a minor, and whether it names something sexual."""
    words = _words(tag)
    return _names_minor(tag, words), _names_sexual(tag, words)


_known = lru_cache(_REMEMBERED)(_named)


def _shown(tag: str) -> str:
    return f'"{tag}"' if len(tag) <= _LONGEST_SHOWN else f'"{tag[:_LONGEST_SHOWN]}..."'


def _names_minor(tag: str, words: list[str]) -> bool:
    return (
        " ".join(words) in MINOR_TAGS
        or _mentions(words, _MINOR_WORDS)
        or _AGE.search(" ".join(map(singular, words))) is not None
        or _has_sign(tag, MINOR_SIGNS)
        or _AGE_SIGN.search(tag) is not None
    )


def _names_sexual(tag: str, words: list[str]) -> bool:
    return " ".join(words) in SEXUAL_TAGS or _mentions(words, _SEXUAL_WORDS) or _has_sign(tag, SEXUAL_SIGNS)


def _is_strong(rating: str) -> bool:
    words = _words(rating)
    return " ".join(words) in _STRONG_RATINGS or _names_sexual(rating, words)


def _words(tag: str) -> list[str]:
    """The words and numbers of a tag without accents and full-width letters; "12yo" is "12" and "yo"."""
    if not tag.isascii():
        # In pieces, because Unicode normalization of a long hostile text is slow.
        tag = " ".join(_without_accents(piece) for piece in _PIECE.findall(tag))
    return re.findall(r"[a-z]+|[0-9]+", tag.casefold())


def _without_accents(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))


def _mentions(words: list[str], vocabulary: _Vocabulary) -> bool:
    """Whether a listed phrase is among the words; the words of a harmless phrase are skipped."""
    at = 0
    while at < len(words):
        step = 1
        if words[at] in vocabulary.starts or singular(words[at]) in vocabulary.starts:
            for length in range(min(_LONGEST_PHRASE, len(words) - at), 0, -1):
                phrases = _phrases(words[at : at + length])
                if not phrases.isdisjoint(vocabulary.harmless):
                    step = length
                    break
                if not phrases.isdisjoint(vocabulary.listed):
                    return True
        at += step
    return False


def _phrases(words: list[str]) -> set[str]:
    """The words as one phrase: as they are, all in the singular, and only the last in the singular."""
    return {" ".join(words), " ".join(map(singular, words)), " ".join([*words[:-1], singular(words[-1])])}


def _has_sign(tag: str, signs: frozenset[str]) -> bool:
    if tag.isascii():
        return False
    for harmless in HARMLESS_SIGNS:
        tag = tag.replace(harmless, " ")
    return any(sign in tag for sign in signs)
