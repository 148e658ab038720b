"""A caption from tags alone, without a model.

    tags ─▶ what each says (words) ─▶ sorted (picture) ─▶ who is seen (subject) ─▶ looks, actions, the rest

words.json has what is known of tags. Every tag that is neither meta nor a credit is said once, and nothing is
said that no tag says. The tags do not tell which of several people has or wears a thing, so they have it
"between them".
"""

from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter

from composer.phrasing import and_list, with_article
from composer.picture import Picture, sort_tags
from composer.subject import DEEDS, TRAITS, Subject, find_subject, from_series
from composer.words import COLOUR_RANK, NOUN_RANK, REST, Role, merges
from errors import ItemError

_THINGS = ("being", "vehicle", "thing", "feature")
_SHARED = {"show": "bared", "wear": "clothes", "hold": "held"}
_PLACES = ("on", "inout", "among", "place", "feature", "time", "sky", "weather", "frame")
_PLACE_LEADS = {"feature": "near ", "sky": "under ", "weather": "in ", "frame": "amid "}
_PLACES_WITHOUT_COMMA = 3


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
        also = and_list(picture.phrases("thing", *vehicles, REST))
        sentences = [*_about(subject, picture), _unassigned_series(picture), _also_shown(also)]
    text = " ".join(_sentence(said) for said in sentences if said)
    return text.replace("{her}", subject.pronoun[1])


def _unassigned_series(picture: Picture) -> str:
    """The series of which is unknown which of the characters is from it."""
    if not (picture.names and picture.series):
        return ""
    return f"the series {'is' if len(picture.series) == 1 else 'are'} {and_list(picture.series)}"


def _also_shown(things: str) -> str:
    """What fits in no other sentence, worded without the picture itself, of which no caption should speak."""
    return f"also shown: {things}" if things else ""


def _about(subject: Subject, picture: Picture) -> list[str]:
    """A sentence on looks and one on actions, or one on actions alone: "A girl reading in a library"."""
    looks = _looks_of_several(picture, subject) if subject.several else _looks_of_one(picture, subject)
    looks += _company(picture, subject)
    clauses = _actions(picture)
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
    having = and_list([*_hair(picture), *_merged(picture, "eyes"), *_merged(picture, "body")])
    wearing, holding = and_list(_merged(picture, "clothes")), and_list(picture.phrases("held"))
    bared = and_list(picture.phrases("bared"))
    clauses = [f"with {having}"] if having else []
    if bared:
        clauses.append(f"{'' if having else 'with '}{{her}} {bared} visible")
    if wearing:
        clauses.append(f"wearing {wearing}")
    if holding:
        clauses.append(f"holding {holding}")
    if not clauses:
        return ""
    return (", " if subject.ends_in_aside else " ") + ", ".join(clauses)


def _looks_of_several(picture: Picture, subject: Subject) -> str:
    having = [
        *_listed_adjectives(picture, "hair"),
        *picture.phrases("hairstyle", "fringe"),
        *_listed_adjectives(picture, "eyes"),
        *picture.phrases("body"),
    ]
    verbs = {"have": having} | {verb: picture.phrases(slot) for verb, slot in _SHARED.items()}
    clauses = [f"{verb} {and_list(things)}" for verb, things in verbs.items() if things]
    if not clauses:
        return ""
    who = "that" if subject.kind == "it" else "who"
    shared = and_list(clauses, needs_comma=",")
    return f"{',' if subject.ends_in_aside else ''} {who} between them {shared}"


def _hair(picture: Picture) -> list[str]:
    """The hair in one phrase: "long aqua hair in twintails with blunt bangs"."""
    hair, styles, fringe = _merged(picture, "hair"), picture.phrases("hairstyle"), picture.phrases("fringe")
    if not hair:
        return styles + fringe
    worn = f" in {and_list(styles)}" if styles else ""
    return [and_list(hair) + worn + (f" with {and_list(fringe)}" if fringe else "")]


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
    return merges(head) and all(ranks.count(rank) < 2 for rank in (0, COLOUR_RANK, NOUN_RANK))


def _adjectives(modifiers: Iterable[tuple[int, str]]) -> str:
    by_rank: dict[int, list[str]] = {}
    for rank, adjective in modifiers:
        by_rank.setdefault(rank, []).append(adjective)
    return " ".join(
        and_list(said) if rank in (0, COLOUR_RANK) else " ".join(said) for rank, said in by_rank.items()
    )


def _company(picture: Picture, subject: Subject) -> str:
    if subject.kind == "it" or not picture.has("being"):
        return ""
    return f", together with {and_list(picture.phrases('being'))}"


# What they do and where, and how the picture shows it


def _actions(picture: Picture) -> list[str]:
    """What goes on, clause by clause: "standing outdoors", "smiling", "with an open mouth"."""
    deeds = _deeds(picture.phrases("pose"), picture.phrases("act"), _where(picture, _PLACES))
    gestures = and_list(picture.phrases("gesture"))
    return [*deeds, *([f"with {gestures}"] if gestures else []), *_presentation(picture)]


def _deeds(pose: list[str], acts: list[str], where: str) -> list[str]:
    """Add the place to the pose or to a single act: "standing outdoors, smiling", "smiling outdoors"."""
    if not where:
        clauses = [and_list(pose + acts)]
    elif pose:
        clauses = [f"{and_list(pose)} {where}", and_list(acts)]
    elif len(acts) == 1:
        clauses = [f"{acts[0]} {where}"]
    else:
        clauses = [and_list(acts), where]
    return [clause for clause in clauses if clause]


def _where(picture: Picture, slots: Iterable[str]) -> str:
    places: list[str] = []
    for slot in slots:
        said = _merged(picture, slot) if slot == "sky" else picture.phrases(slot)
        if slot in _PLACE_LEADS and said:
            places.append(_PLACE_LEADS[slot] + and_list(said))
        else:
            places += said
    near, far = places[:_PLACES_WITHOUT_COMMA], places[_PLACES_WITHOUT_COMMA:]
    return ", ".join([" ".join(near), *far]) if near else ""


def _presentation(picture: Picture) -> list[str]:
    """How the picture shows it: "seen from below in profile", "as a sketch", "with English text"."""
    sides, shots = and_list(picture.phrases("from")), and_list(picture.phrases("shot"))
    forms, styles = and_list(picture.phrases("as")), and_list(picture.phrases("style"))
    text = and_list(picture.phrases("text"))
    view = " ".join(part for part in (sides and f"seen {sides}", shots and f"in {shots}") if part)
    style = " ".join(part for part in (forms and f"as {forms}", styles and f"in {styles}") if part)
    backdrop = and_list(_merged(picture, "backdrop"))
    view = " ".join(part for part in (view, backdrop and f"against {backdrop}") if part)
    return [clause for clause in (view, style, text and f"with {text}") if clause]


def _scene(picture: Picture) -> list[str]:
    """The sentences on a picture without anybody: "A landscape with a river, outdoors at night"."""
    frames, things = and_list(picture.phrases("frame")), and_list(picture.phrases(*_THINGS, *TRAITS))
    where = _where(picture, (slot for slot in _PLACES if slot not in {"frame", "feature"}))
    clauses = [clause for clause in (where, *_presentation(picture)) if clause]
    clauses += [f"with {phrase}" for phrase in picture.phrases("empty")]
    subject = f"{frames} with {things}" if frames and things else frames or things
    held = and_list(picture.phrases("held"))
    rest = and_list([*picture.phrases(REST, *DEEDS, "alone"), *([f"holding {held}"] if held else [])])
    also = _also_shown(rest)
    if subject or picture.series:
        return [", ".join([(subject or "a scene") + from_series(picture), *clauses]), also]
    if clauses:
        return ["a scene " + ", ".join(clauses), also]
    return [f"a picture of {rest}"]


def _sentence(said: str) -> str:
    return said[0].upper() + said[1:] + ("" if said.endswith(".") else ".")
