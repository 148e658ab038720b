"""A caption from tags alone, without a model.

    tags ─▶ told more exactly by each other (narrowing) ─▶ what each says (words) ─▶ sorted (picture)
         ─▶ given to those whose it is (belonging) ─▶ who is seen (subject) ─▶ looks (appearance),
         actions and places (doings), the rest

words.json has what is known of tags. Every tag that a caption can say is said once, by itself or by one that
says it too, and hardly anything is said that no tag says: whoever sits beside a log sits on it. Of several
people a trait is said of the one whose it is known to be, or else of all together; what one may do alone is
said of "one or both of them" or "some of them".
"""

from collections.abc import Mapping, Sequence

from composer import appearance
from composer.belonging import settle
from composer.doings import clauses, presentation, where
from composer.phrasing import and_list, led, there_is_also
from composer.picture import Picture, sort_tags
from composer.subject import DEEDS, TRAITS, Subject, find_subject, from_series
from composer.words import REST
from errors import ItemError
from tags.people import OTHERS

# Before what fits in no other sentence. It does not say "picture", a word that captions should not have.
_ALSO_SHOWN = "also shown:"


def compose(
    tags: Sequence[str],
    categories: Mapping[str, str],
    traits: Mapping[str, Sequence[str]] | None = None,
) -> str:
    """Write one paragraph of a few sentences that says every tag.

    `tags` are canonical (lower case, underscores); `categories` has the known categories; `traits` has for
    characters the tags of the picture that are theirs alone. Raises ItemError where no tag is left to say.
    """
    picture = sort_tags(tags, categories, traits or {})
    settle(picture, tags)
    if not (picture.roles or picture.names or picture.series or picture.species):
        raise ItemError("no tags to compose from", "no tags to compose a caption from: tag the picture first")
    subject = find_subject(picture)
    if subject.kind == "scene":
        sentences = _scene(picture)
    else:
        vehicles = () if subject.kind == "it" and not picture.has("being") else ("vehicle",)
        also = there_is_also(picture.phrases("thing", *vehicles))
        # Of these is unknown which of the characters is from them.
        series = picture.series if picture.names else ()
        from_them = led(f"the series {'is' if len(series) == 1 else 'are'}", series)
        sentences = [*_about(subject, picture), from_them, also, led(_ALSO_SHOWN, picture.phrases(REST))]
    text = " ".join(said[0].upper() + said[1:].removesuffix(".") + "." for said in sentences if said)
    return text.replace("{her}", subject.pronoun[1])


def _about(subject: Subject, picture: Picture) -> list[str]:
    """A sentence on who they are and one on what they do, or one alone: "A girl reading in a library"."""
    looks_of = appearance.of_several if subject.several else appearance.of_one
    looks = looks_of(picture, after_comma=subject.ends_in_aside or bool(subject.reference))
    looks += led(", together with", picture.phrases("being") if subject.kind != "it" else ())
    by_some, said = clauses(picture, subject.number)
    looks += f", {by_some}" if by_some else ""
    nobody = [f"with {phrase}" for phrase in picture.phrases("empty") if not picture.has(OTHERS)]
    if subject.reference:
        return [subject.text, _told_later(subject, looks, said, _shown(picture, said))]
    if not said:
        return [", ".join([subject.text + looks, *nobody])]
    said += nobody
    # "A girl reading" is a phrase, but "a girl happy" is none, so that becomes "A girl. She is happy."
    fits_a_noun = picture.has("pose") or not picture.has("act") or said[0].split(" ")[0].endswith("ing")
    if fits_a_noun and not (looks or subject.ends_in_aside or subject.several):
        shown = "" if picture.has(*DEEDS) or not said[0].startswith("with ") else "shown "
        return [f"{subject.text} {shown}{', '.join(said)}"]
    done = _shown(picture, said) + ", ".join(said)
    if subject.is_bare_name and not looks:
        return [f"{subject.text} {subject.verb} {done}"]
    return [subject.text + looks, f"{subject.pronoun[0]} {subject.verb} {done}"]


def _shown(picture: Picture, said: Sequence[str]) -> str:
    """ "shown " where what follows "she is" would else begin with no verb: "She is shown with a smile"."""
    if said and where(picture).startswith(said[0]):
        return ""
    is_verb = not said or (
        not said[0].startswith("with ")
        and (picture.has("pose", "act") or said[0].startswith(("seen ", "shown ", "painted ", "drawn ")))
    )
    return "" if is_verb else "shown "


def _told_later(subject: Subject, looks: str, said: Sequence[str], shown: str) -> str:
    """The sentence on those of whom the first one has told by name, or of whom it has told too many."""
    if said:
        comma = "," if looks or "," in subject.reference else ""
        return f"{subject.reference}{looks}{comma} {subject.verb} {shown}{', '.join(said)}"
    if subject.group:
        return f"they are {subject.group}{looks}"
    return f"{subject.reference} {subject.verb} seen{looks.removeprefix(',')}" if looks else ""


def _scene(picture: Picture) -> list[str]:
    """The sentences on a picture without anybody: "A landscape with a river, outdoors at night"."""
    frames = and_list(picture.phrases("frame"))
    mains, others = _mains_of_scene(picture)
    place = where(picture, without=(*mains, "frame"))
    said = [*filter(None, [place]), *presentation(picture)]
    said += [f"with {phrase}" for phrase in picture.phrases("empty")]
    things = and_list(picture.phrases(*mains))
    subject = f"{frames} with {things}" if frames and things else frames or things
    rest = [*picture.phrases(REST, *DEEDS, "alone"), led("holding", picture.phrases("held"))]
    also = [there_is_also(picture.phrases(*others)), led(_ALSO_SHOWN, filter(None, rest))]
    if subject or picture.series:
        subject = (subject or "a scene") + from_series(picture)
        # A place follows a short subject without a comma: "a house in a forest".
        glue = " " if place and "," not in subject else ", "
        return [glue.join([subject, ", ".join(said)]) if said else subject, *also]
    if said:
        return ["a scene " + ", ".join(said), *also]
    return [led("a picture of", filter(None, rest))]


def _mains_of_scene(picture: Picture) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The slots that the picture is about, and those of what is in it besides: lighthouse, seagull."""
    slots = ("landmark", "vehicle", "being", "kind", "thing", *TRAITS)
    for main in slots[:2]:
        if picture.has(main):
            return (main,), tuple(slot for slot in slots if slot != main)
    return ((*slots, "feature"), ()) if picture.has("frame") or not picture.has("thing") else (slots, ())
