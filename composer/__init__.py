"""A caption from tags alone, without a model.

    tags ─▶ what each says (words) ─▶ sorted (picture) ─▶ who is seen (subject) ─▶ looks, actions, the rest

words.json has what is known of tags. Every tag that is neither meta nor a credit is said once, and nothing is
said that no tag says. The tags do not tell which of several people has or wears a thing, so they have it
"between them".
"""

from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter

from composer.phrasing import and_list, lists, with_article
from composer.picture import Picture, sort_tags
from composer.subject import DEEDS, TRAITS, Subject, find_subject, from_series
from composer.words import COLOUR_RANK, NOUN_RANK, REST, Role
from errors import ItemError

_THINGS = ("being", "vehicle", "thing", "feature")
_SHARED = {"show": "bared", "wear": "clothes", "hold": "held"}
_PLACES = ("on", "inout", "among", "place", "feature", "time", "sky", "weather", "frame")
_PLACE_LEADS = {"feature": "near", "sky": "under", "weather": "in", "frame": "amid"}
_PLACES_WITHOUT_COMMA = 3
# Before what fits in no other sentence. It does not say "picture", a word that captions should not have.
_ALSO_SHOWN = "also shown:"


def compose(tags: Sequence[str], categories: Mapping[str, str]) -> str:
    """Write one paragraph of one to three sentences that says every tag.

    `tags` are canonical (lower case, underscores); `categories` has the known categories. Raises
    ItemError where no tag is left to say.
    """
    picture = sort_tags(tags, categories)
    if not (picture.roles or picture.names or picture.series or picture.species):
        raise ItemError("no tags to compose from", "no tags to compose a caption from: tag the picture first")
    subject = find_subject(picture)
    if subject.kind == "scene":
        sentences = _scene(picture)
    else:
        vehicles = () if subject.kind == "it" else ("vehicle",)
        also = picture.phrases("thing", *vehicles, REST)
        # Of these is unknown which of the characters is from them.
        series = picture.series if picture.names else ()
        from_them = _led(f"the series {'is' if len(series) == 1 else 'are'}", series)
        sentences = [*_about(subject, picture), from_them, _led(_ALSO_SHOWN, also)]
    text = " ".join(said[0].upper() + said[1:].removesuffix(".") + "." for said in sentences if said)
    return text.replace("{her}", subject.pronoun[1])


def _led(lead: str, things: Iterable[str]) -> str:
    """A list with a word before it: "wearing a hat and gloves"; "" where there is nothing to list."""
    listed = and_list(things)
    return f"{lead} {listed}" if listed else ""


def _about(subject: Subject, picture: Picture) -> list[str]:
    """A sentence on looks and one on actions, or one on actions alone: "A girl reading in a library"."""
    looks = _looks_of_several(picture, subject) if subject.several else _looks_of_one(picture, subject)
    beings = picture.phrases("being") if subject.kind != "it" else ()
    looks += _led(", together with", beings)
    # What goes on, clause by clause: "standing outdoors", "smiling", "with an open mouth".
    clauses = [*_deeds(picture), _led("with", picture.phrases("gesture")), *_presentation(picture)]
    clauses = [clause for clause in clauses if clause]
    nobody = [f"with {phrase}" for phrase in picture.phrases("empty")]
    if not clauses:
        return [", ".join([subject.text + looks, *nobody])]
    clauses += nobody
    # "A girl reading" is a phrase, but "a girl happy" is none, so that becomes "A girl. She is happy."
    fits_a_noun = picture.has("pose") or not picture.has("act") or clauses[0].split(" ")[0].endswith("ing")
    if fits_a_noun and not (looks or subject.ends_in_aside or subject.several):
        shown = "" if picture.has(*DEEDS) or not clauses[0].startswith(("as ", "with ")) else "shown "
        return [f"{subject.text} {shown}{', '.join(clauses)}"]
    shown = "" if picture.has("pose", "act") or clauses[0].startswith("seen ") else "shown "
    done = shown + ", ".join(clauses)
    if subject.is_bare_name and not looks:
        return [f"{subject.text} {'are' if subject.several else 'is'} {done}"]
    pronoun = subject.pronoun[0]
    return [subject.text + looks, f"{pronoun} {'are' if pronoun == 'They' else 'is'} {done}"]


# What they look like


def _looks_of_one(picture: Picture, subject: Subject) -> str:
    having = [*_hair(picture), *_merged(picture, "eyes"), *_merged(picture, "body")]
    bared = and_list(picture.phrases("bared"))
    clauses = [
        _led("with", having),
        bared and f"{'' if having else 'with '}{{her}} {bared} visible",
        _led("wearing", _merged(picture, "clothes")),
        _led("holding", picture.phrases("held")),
    ]
    looks = ", ".join(filter(None, clauses))
    return looks and (", " if subject.ends_in_aside else " ") + looks


def _looks_of_several(picture: Picture, subject: Subject) -> str:
    having = [
        *_listed_adjectives(picture, "hair"),
        *picture.phrases("hairstyle", "fringe"),
        *_listed_adjectives(picture, "eyes"),
        *picture.phrases("body"),
    ]
    verbs = {"have": having} | {verb: picture.phrases(slot) for verb, slot in _SHARED.items()}
    shared = and_list((_led(verb, things) for verb, things in verbs.items() if things), needs_comma=",")
    who = "that" if subject.kind == "it" else "who"
    return shared and f"{',' if subject.ends_in_aside else ''} {who} between them {shared}"


def _hair(picture: Picture) -> list[str]:
    """The hair in one phrase: "long aqua hair in twintails with blunt bangs"."""
    hair, styles, fringe = _merged(picture, "hair"), picture.phrases("hairstyle"), picture.phrases("fringe")
    if not hair:
        return styles + fringe
    return [" ".join(filter(None, (and_list(hair), _led("in", styles), _led("with", fringe))))]


def _listed_adjectives(picture: Picture, slot: str) -> list[str]:
    """For several people: "long, short, blonde and aqua hair", as it is unknown whose is which."""
    adjectives: dict[str, dict[str, None]] = {}
    for role in picture.roles.get(slot, ()):
        said = " ".join(adjective for _, adjective in role.modifiers)
        adjectives.setdefault(role.head, {})[said] = None
    return [f"{and_list(filter(None, said))} {head}".strip() for head, said in adjectives.items()]


def _merged(picture: Picture, slot: str) -> list[str]:
    """Say a slot, with tags of one noun together: black_skirt, pleated_skirt ─▶ "a black pleated skirt"."""
    if slot not in picture.roles:
        return []
    groups: dict[str, list[Role]] = {}
    for role in picture.roles[slot]:
        groups.setdefault(role.head or role.phrase, []).append(role)
    said: list[str] = []
    for head, roles in groups.items():
        if len(roles) == 1:
            said.append(roles[0].phrase)
            continue
        all_modifiers = (modifier for role in roles for modifier in role.modifiers)
        modifiers = dict.fromkeys(sorted(all_modifiers, key=itemgetter(0)))
        if _can_be_one_thing(slot, head, modifiers):
            said.append(with_article(f"{_adjectives(modifiers)} {head}"))
        else:
            said += [role.phrase for role in roles]
    return said


def _can_be_one_thing(slot: str, head: str, modifiers: Iterable[tuple[int, str]]) -> bool:
    """Whether all this can be one thing: there is one sky, but shirts of two colours are two shirts."""
    if slot not in {"clothes", "body"}:
        return True
    ranks = [rank for rank, _ in modifiers]
    # Two shirts are likely to be one, two bows are not.
    return head not in lists().words["unmerged"] and all(
        ranks.count(rank) < 2 for rank in (0, COLOUR_RANK, NOUN_RANK)
    )


def _adjectives(modifiers: Iterable[tuple[int, str]]) -> str:
    by_rank: dict[int, list[str]] = {}
    for rank, adjective in modifiers:
        by_rank.setdefault(rank, []).append(adjective)
    return " ".join(
        and_list(said) if rank in (0, COLOUR_RANK) else " ".join(said) for rank, said in by_rank.items()
    )


# What they do and where, and how the picture shows it


def _deeds(picture: Picture) -> list[str]:
    """Poses and acts, with the place behind a pose or a single act: "standing outdoors, smiling"."""
    pose, acts, where = picture.phrases("pose"), picture.phrases("act"), _where(picture, _PLACES)
    if not where:
        return [and_list(pose + acts)]
    if pose:
        return [f"{and_list(pose)} {where}", and_list(acts)]
    return [f"{acts[0]} {where}"] if len(acts) == 1 else [and_list(acts), where]


def _where(picture: Picture, slots: Iterable[str]) -> str:
    places: list[str] = []
    for slot in slots:
        said = _merged(picture, slot)
        places += [_led(_PLACE_LEADS[slot], said)] if slot in _PLACE_LEADS and said else said
    near, far = places[:_PLACES_WITHOUT_COMMA], places[_PLACES_WITHOUT_COMMA:]
    return ", ".join([" ".join(near), *far]) if near else ""


def _presentation(picture: Picture) -> list[str]:
    """How the picture shows it: "seen from below in profile", "as a sketch", "with English text"."""
    clauses = (
        [("seen", "from"), ("in", "shot"), ("against", "backdrop")],
        [("as", "as"), ("in", "style")],
        [("with", "text")],
    )
    said = (
        " ".join(filter(None, (_led(lead, _merged(picture, slot)) for lead, slot in clause)))
        for clause in clauses
    )
    return [clause for clause in said if clause]


def _scene(picture: Picture) -> list[str]:
    """The sentences on a picture without anybody: "A landscape with a river, outdoors at night"."""
    frames, things = and_list(picture.phrases("frame")), and_list(picture.phrases(*_THINGS, *TRAITS))
    where = _where(picture, (slot for slot in _PLACES if slot not in {"frame", "feature"}))
    clauses = [*filter(None, [where]), *_presentation(picture)]
    clauses += [f"with {phrase}" for phrase in picture.phrases("empty")]
    subject = f"{frames} with {things}" if frames and things else frames or things
    rest = [*picture.phrases(REST, *DEEDS, "alone"), _led("holding", picture.phrases("held"))]
    also = _led(_ALSO_SHOWN, filter(None, rest))
    if subject or picture.series:
        return [", ".join([(subject or "a scene") + from_series(picture), *clauses]), also]
    if clauses:
        return ["a scene " + ", ".join(clauses), also]
    return [_led("a picture of", filter(None, rest))]
