"""The words for people: what each noun tells of who it means."""

from check.vocabulary import table, word_set
from english import plural
from tags.people_counts import BOYS, GIRLS

PERSON, RELATION, CHILD, CROWD, TRADE = "person", "relation", "child", "crowd", "trade"

ROLES_OF_GIRLS = word_set("people", "roles_of_girls")
ROLES_OF_BOYS = word_set("people", "roles_of_boys")
ANY_ROLES = word_set("people", "roles", "roles_of_girls", "roles_of_boys")
_TRADES = (ANY_ROLES | word_set("people", "trades")) - word_set("people", "no_trades")
# Each form of a word for what people do, and the singular.
TRADES = {
    **{f"{word[:-2]}en" if word.endswith("man") else plural(word): word for word in _TRADES},
    **{word: word for word in _TRADES},
}


def _sex_of_trade(word: str) -> str:
    return GIRLS if word in ROLES_OF_GIRLS else BOYS if word in ROLES_OF_BOYS else ""


# The kind and the sex that each noun says, and whether it is a plural.
PEOPLE_NOUNS: dict[str, tuple[str, str, bool]] = {
    noun: (kind, sex, is_plural)
    for kind, sex, singulars, plurals in table("people_nouns")
    for is_plural, nouns in ((False, singulars), (True, plurals))
    for noun in nouns.split()
}
ALL_NOUNS = {
    **{word: (TRADE, _sex_of_trade(one), one != word) for word, one in TRADES.items()},
    **PEOPLE_NOUNS,
}
