"""A caption from tags alone, without a model.

    tags ─▶ told more exactly by each other (narrowing, meanings) ─▶ what each says (words)
         ─▶ sorted (picture) ─▶ said once (once), with their parts (wholes, fittings)
         ─▶ given to those whose it is (belonging, creatures, bystanders), and to where it is (places)
         ─▶ who is seen (whom, people_named, somebody) ─▶ what several share (sharing)
         ─▶ looks (appearance), actions, places and how it is shown (doings), the rest

words.json has what is known of tags, rules.json what is left out or moves elsewhere beside others (rules).
A tag is said once, by itself or by one that says it too, but not where it tells nothing beside the rest, such
as the sky above a hill or the tail of a fox. Hardly anything is said that no tag says: whoever sits beside a
log sits on it. Of several people is said what all of them share; what no tag gives to one of them is told as
what is seen among them (sharing).
"""

import re
from collections.abc import Mapping, Sequence

from composer import appearance
from composer.belonging import settle
from composer.doings import doings, is_only_when, nobody_in_sight, presentation, where
from composer.phrasing import and_list, is_or_are, led, lists, there_is_also
from composer.picture import Picture, sort_tags
from composer.sharing import share, told_of_some
from composer.subject import TRAITS, Subject, from_series
from composer.whom import find_subject
from composer.words import REST
from errors import ItemError
from tags.implications import broader_tags

# Before what fits in no other sentence. It does not say "picture", a word that captions should not have.
_ALSO_SHOWN = "also shown:"
# A sentence on what is done gets no view of the picture if both have more letters than this.
_LONG = 160
_VIEWS = (
    ("with a focus on ", "the focus is on "),
    ("with no people in sight", "no people are in sight"),
)
_MOST_MAINS = 8
_UNDERWATER, _BREATH = "underwater", "visible breath"
_SHOWN = ("seen ", "shown ", "painted ", "made ", "drawn ")
_AMONG = ", among them "
# No scenery is about these.
_SMALL = frozenset(
    (
        "bicycle",
        "building",
        "buildings",
        "car",
        "house",
        "houses",
        "hut",
        "motorcycle",
        "scooter",
        "tower",
        "truck",
        "van",
    )
)
_FOOD_FOCUS, _EATEN = "a focus on the food", frozenset(("food", "drink"))
_ON_HER = re.compile(r"\b(on|over|behind|in|under|to|around|between|at) \{her\}(?: own)?(?! own body)")


def compose(
    tags: Sequence[str],
    categories: Mapping[str, str],
    traits: Mapping[str, Sequence[str]] | None = None,
) -> str:
    """Write one paragraph of a few sentences that says what the tags tell and is true of all shown.

    `tags` are canonical (lower case, underscores); `categories` has the known categories; `traits` has for
    characters the tags of the picture that are theirs alone. Raises ItemError where no tag is left to say.
    """
    picture = sort_tags(tags, categories, traits or {})
    settle(picture, tags)
    if not (picture.roles or picture.names or picture.series or picture.species):
        raise ItemError("no tags to compose from", "no tags to compose a caption from: tag the picture first")
    subject = find_subject(picture)
    if subject.several:
        share(picture, subject)
    if subject.kind == "scene":
        sentences = _scene(picture)
    else:
        vehicles = () if subject.kind == "it" and not picture.has("being") else ("vehicle",)
        also = there_is_also(picture.phrases("thing", *vehicles, "mark"))
        # Of these is unknown which of the characters is from them.
        series = picture.series if picture.names else ()
        from_them = led(f"the series {'is' if len(series) == 1 else 'are'}", series)
        rest = led(_ALSO_SHOWN, picture.phrases(REST))
        nobody = nobody_in_sight(picture)
        sentences = [*_about(subject, picture), nobody, from_them, *also, rest]
    text = " ".join(said[0].upper() + said[1:].removesuffix(".") + "." for said in sentences if said)
    if subject.sexed and not re.search(rf"\b(?:{subject.pronoun[0]}|{{her}})(?!\w)", text):
        text = subject.sexed[0].upper() + subject.sexed[1:] + text[len(subject.text) :]
    if subject.several:
        text = _ON_HER.sub(r"\1 the", text)  # "On their hip" would make one hip of all.
    return text.replace("{her}", subject.pronoun[1])


def _about(subject: Subject, picture: Picture) -> list[str]:
    """A sentence on who they are and one on what they do, or one alone: "A girl reading in a library"."""
    place, by_some, said, shown = doings(picture, subject.number)
    says_with = [any(clause.startswith("with ") for clause in part) for part in (said, shown)]
    is_sheet = any(clause.startswith("shown as ") for clause in shown)
    if shown and (is_sheet or all(says_with) or len(", ".join(said + shown)) > _LONG):
        view = [_view(shown, subject)]
    else:
        said, view = said + shown, []
    done = _shown(picture, place, said) + ", ".join(said) if said else ""
    beside = picture.phrases("being") if subject.kind != "it" or picture.names else []
    if subject.several:
        with_them = led(f"with them {is_or_are(beside)}", beside)
        about = _about_several(subject, picture, done, by_some)
        return [*about, with_them, *told_of_some(picture), *view]
    after_comma = subject.ends_in_aside or bool(subject.reference)
    if subject.reference:
        looks = appearance.of_one(picture, after_comma=after_comma) + led(", together with", beside)
        return [f"{subject.text}, are seen together", _told_later(subject, looks, done), *view]
    told = appearance.told_of_one(picture, subject.text, ends_in_aside=after_comma, beside=beside)
    if not done:
        return [told, *view]
    if told == subject.text:
        is_named = bool(picture.names) and not subject.is_bare_name
        has_aside = subject.ends_in_aside or is_named or _AMONG in told
        return [f"{told}{',' if has_aside and ',' in told else ''} is {done}", *view]
    return [told, f"{subject.pronoun[0]} {subject.verb} {done}", *view]


def _about_several(subject: Subject, picture: Picture, done: str, by_some: str) -> list[str]:
    """The sentences on several: "two girls with red hair wear kimonos", "they are dancing"."""
    text, has_aside = subject.text, subject.ends_in_aside
    intro = []
    if subject.reference:
        intro = [f"{text}, are seen together"]
        is_group = subject.group and not (picture.has("clothes") or done or by_some)
        text, has_aside = (f"they are {subject.group}", True) if is_group else (subject.reference, False)
    who, wear = appearance.told_of_several(picture, text, ends_in_aside=has_aside)
    aside = f", {by_some}" if by_some else ""
    if wear:
        return [*intro, f"{who} {wear}{aside}", f"they are {done}" if done else ""]
    if done:
        return [*intro, f"{who} are {done}{aside}"]
    is_more = who.removesuffix(",") != text
    if subject.reference and not (is_more or aside or subject.group):
        return intro
    if is_more or aside or picture.has("being", "seen", "doing", "told", "theirs", "pooled"):
        return [*intro, who.removesuffix(",") if text.startswith("they are ") else f"{who} are shown{aside}"]
    return [*intro, text]


def _view(shown: Sequence[str], subject: Subject) -> str:
    """A sentence of its own on how a picture shows much: "she is seen from below in a wide shot"."""
    listed = ", ".join(shown)
    if listed.startswith("seen "):
        return f"{subject.pronoun[0]} {subject.verb} {listed}"
    for beginning, view in _VIEWS:
        if listed.startswith(beginning):
            return view + listed.removeprefix(beginning)
    is_verb = listed.startswith(_SHOWN)
    return f"the scene is {'' if is_verb else 'shown '}{listed}"


def _shown(picture: Picture, place: str, said: Sequence[str]) -> str:
    """ "shown " where what follows "she is" would else begin with no verb: "She is shown with a smile"."""
    if said and place.startswith(said[0]):
        return "shown " if is_only_when(picture) else ""
    is_verb = not said or (
        not said[0].startswith("with ") and (picture.has("pose", "act") or said[0].startswith(_SHOWN))
    )
    return "" if is_verb else "shown "


def _told_later(subject: Subject, looks: str, done: str) -> str:
    """The sentence on the one of whom the first one has told by name, beside others that are no people."""
    if done:
        comma = "," if looks or "," in subject.reference else ""
        return f"{subject.reference}{looks}{comma} {subject.verb} {done}"
    looks = looks.removeprefix(",")
    seen = "" if looks.startswith((" wearing ", " holding ")) else " seen"
    return f"{subject.reference} {subject.verb}{seen}{looks}" if looks else ""


def _scene(picture: Picture) -> list[str]:
    """The sentences on a picture without anybody: "A landscape with a river is shown at night"."""
    frames = and_list(picture.phrases("frame"))
    mains, others = _mains_of_scene(picture)
    place = where(picture, without=(*mains, *others, "frame"))
    said = [*filter(None, [place]), *presentation(picture)]
    found = picture.phrases(*mains)
    small = _small_animals(picture)
    found.sort(key=lambda thing: thing in small)
    if _FOOD_FOCUS in picture.phrases("text"):
        found.sort(key=lambda thing: not _is_eaten(thing))
    things, left = and_list(found[:_MOST_MAINS]), found[_MOST_MAINS:]
    subject = f"{frames} with {things}" if frames and things else frames or things
    left += [*picture.phrases(*others, "mark"), *_unseen_deeds(picture)]
    rest = picture.phrases(REST, "alone")
    also = [nobody_in_sight(picture), *there_is_also(left), led(_ALSO_SHOWN, rest)]
    if subject or picture.series:
        are = is_or_are(found) if things and not frames else "is"
        subject = (subject or "a scene") + from_series(picture)
        return [_is_shown(f"{subject} {are}", said) if said else subject, *also]
    if said:
        return [_is_shown("a scene is", said), *also]
    return also if picture.has("mark") else [led("a picture of", filter(None, rest))]


def _is_shown(text: str, said: Sequence[str]) -> str:
    """A sentence on a scene: "a house is shown in a forest", "a cake is seen from above"."""
    shown = "" if said[0].startswith(_SHOWN) else "shown "
    return f"{text} {shown}{', '.join(said)}"


def _small_animals(picture: Picture) -> list[str]:
    """The animals that are told behind the things of a scene: a butterfly, but no fish in the sea."""
    if _UNDERWATER in picture.phrases("inout"):
        return []
    return [
        role.phrase for role in picture.roles.get("being", ()) if role.noun in lists().words["bystanders"]
    ]


def _unseen_deeds(picture: Picture) -> list[str]:
    """What is held or shown where nobody is: "a planted sword"."""
    gestures = [each for each in picture.phrases("gesture") if each != _BREATH and "{her}" not in each]
    return [*picture.phrases("held"), *gestures]


def _is_eaten(thing: str) -> bool:
    """Whether a phrase names food: "orange juice"."""
    _, _, noun = f" {thing}".rpartition(" ")
    return noun in lists().words["edible"] or not _EATEN.isdisjoint(broader_tags(noun) | {noun})


def _is_small(picture: Picture, slot: str) -> bool:
    """Whether no scenery is about any of these: a hut, a bicycle."""
    return all(role.noun in _SMALL for role in picture.roles.get(slot, ()))


def _mains_of_scene(picture: Picture) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The slots that the picture is about, and those of what is in it besides: lighthouse, seagull."""
    slots = ("landmark", "vehicle", "being", "kind", "thing", *TRAITS)
    for main in slots[:2]:
        is_idle = picture.has("frame") and _is_small(picture, main)
        if picture.has(main) and not is_idle:
            # A ferry is not less than the lighthouse.
            both = slots[:2] if main != slots[1] and not _is_small(picture, slots[1]) else (main,)
            mains = (*both, "feature") if picture.has("frame") else both
            return mains, tuple(slot for slot in slots if slot not in mains)
    return ((*slots, "feature"), ()) if picture.has("frame") or not picture.has("thing") else (slots, ())
