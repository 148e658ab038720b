"""--check: the pictures and tag files, and the captions and descriptions that exist already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from statistics import median

from captioning.project import Project
from captioning.run_summary import by_reason, weak_model
from captioning.trainer_files import misread_texts, what_to_write
from commands.checkup import LARGEST_SAMPLE, Finding, ok, problem, sample, warning, warnings_by_reason
from dataset.beside_pictures import TAGS_EXTENSION
from dataset.listing import TAG_FIRST
from dataset.outcomes import Made
from dataset.pictures import Picture
from dataset.preprocessing import LEAST_SIDE, describe
from dataset.text_folder import Texts
from dataset.trainers import captions_in
from english import amount, first_few
from errors import NO_TAG_FILE, ExcludedError, ItemError, Problem
from interpreter import COMPOSER, Interpreter
from settings.checks import TEXT_EXTENSIONS

_TELLS_THE_REST = "--dry-run with [Dataset] existing = refresh tells how many are outdated"


def check_pictures(project: Project) -> Iterator[Finding]:
    """Count the files, and read a sample of them."""
    folder = project.collection.folder
    tagged = project.collection.pictures
    if not folder.pictures:
        yield problem(
            f"there are no pictures in {project.collection.root}",
            "put some there with their tag files, or name another folder",
        )
    elif not tagged:
        yield problem(f"{amount(len(folder.pictures), 'picture')}, but no tag file", TAG_FIRST)
    else:
        yield ok(f"{amount(len(folder.pictures), 'picture')}, {amount(len(tagged), 'tag file')}")
    if renamed := project.captions.texts.tag_files:
        extension = project.settings.dataset.caption_extension
        yield ok(
            f"tag files where captions go: {first_few(sorted(renamed))}; a run calls each "
            f"NAME{TAGS_EXTENSION} and writes the caption into NAME{extension}"
        )
    yield from warnings_by_reason(each for each in folder.problems if tagged or each.reason != NO_TAG_FILE)
    chosen = sample(folder.pictures)
    if len(chosen) < len(folder.pictures):
        yield ok(f"the next checks read a sample: {len(chosen):,} pictures, evenly spread over the folder")
    yield from _headers(project, chosen)
    yield from _tags(project, [picture for picture in chosen if picture.tag_file])
    if proposal := project.proposed_trigger():
        yield ok(proposal)
    yield from _own_traits(project)


def _own_traits(project: Project) -> Iterator[Finding]:
    """Say which traits are hidden by `hide = auto`, or which it would, and which of `hide` no picture has."""
    chosen = project.settings.tags
    if missing := project.missing_traits():
        yield warning(missing)
    if project.hide_note:
        yield ok(f"[Tags] {project.hide_note}")
    elif chosen.trigger and not chosen.hide and (found := project.own_traits()).own:
        yield ok(f"[Tags] hide is empty; {found.line.replace('left out', 'would be left out')}")


def _headers(project: Project, pictures: Sequence[Picture]) -> Iterator[Finding]:
    faults: list[Problem] = []
    rotated, animated, narrow = [], [], []
    for picture in pictures:
        try:
            facts = describe(project.collection.file(picture))
        except ItemError as error:
            faults.append(error.problem(picture.name))
            continue
        if facts.rotated:
            rotated.append(picture.name)
        if facts.animated:
            animated.append(picture.name)
        if min(facts.width, facts.height) < LEAST_SIDE:
            narrow.append(picture.name)
    yield from warnings_by_reason(faults)
    if rotated:
        yield ok(f"stored rotated, sent upright: {first_few(rotated)}")
    if animated:
        yield warning(
            f"animated: {first_few(animated)}",
            "only the first frame is sent, so remove pictures whose later frames matter",
        )
    if narrow:
        yield warning(
            f"narrower than {LEAST_SIDE} pixels: {first_few(narrow)}",
            "a model sees little in them, and gets them with white beside them, so use larger ones",
        )
    if pictures and not faults:
        yield ok("all pictures can be read")


def _tags(project: Project, pictures: Sequence[Picture]) -> Iterator[Finding]:
    faults: list[Problem] = []
    excluded, counts, tags = [], [], Counter[str]()
    for picture in pictures:
        try:
            found = project.collection.tags(picture).tags
        except ExcludedError:
            excluded.append(picture.name)
            continue
        except ItemError as error:
            faults.append(error.problem(picture.name))
            continue
        counts.append(len(found))
        tags.update(found)
    yield from warnings_by_reason(faults)
    if excluded:
        yield ok(f"excluded by their tags: {first_few(excluded)}")
    if counts:
        spread = f"{min(counts)} to {max(counts)}, median {median(counts):g}"
        yield ok(f"tags per picture: {spread}; {amount(len(tags), 'different tag')}")
    elif pictures and not excluded:
        yield problem("no tag file can be used", "correct the tag files named above")


def check_captions(project: Project, model: str, *, sees: bool) -> Iterator[Finding]:
    """Count the captions and descriptions, and look for captions that are no longer up to date.

    `model` is what would write captions now: a model, COMPOSER, or "" where nothing would. `sees` is whether
    it is sent pictures.
    """
    pictures = project.collection.pictures
    names = {picture.stem_name for picture in pictures}
    made, existing = project.captions.outcomes.made(), project.captions.texts.names() & names
    chosen = {picture.stem_name for picture in sample(pictures) if picture.stem_name in existing}
    edited = {name for name in chosen & made.keys() if project.captions.is_edited(name, made[name])}
    drafts = {name for name in existing - edited if name in made and made[name].draft}
    of_sample = f" of a sample of {len(chosen):,}" if len(chosen) < len(existing) else ""
    yield ok(
        f"pictures with a caption: {len(existing):,} of {len(names):,}; {amount(len(drafts), 'draft')}, "
        f"{len(edited):,}{of_sample} edited by hand"
    )
    by_model = [made[name] for name in existing & made.keys() if not made[name].draft]
    if weak := weak_model(sum(each.draft_was_better for each in by_model), len(by_model)):
        yield warning(weak.removesuffix("."))
    if not project.settings.interrogator.skip:
        described = len(project.descriptions.texts.names() & names)
        yield ok(f"pictures with a description: {described:,} of {len(names):,}")
    still = project.still_captioned([picture for picture in pictures if picture.stem_name in chosen])
    if still:
        yield warning(
            f"captions of excluded pictures: {first_few([each.name for each in still])}",
            "delete them, or trainers will read them",
        )
    yield from _called_differently(project, names)
    # A model redoes drafts in any case.
    redone = drafts if model not in ("", COMPOSER) else set()
    if redone:
        yield ok(f"drafts, which the next run has {model} write anew: {len(redone):,}")
    yield from _outdated(project, made, (chosen & existing) - edited - redone, model, sees=sees)
    failed = {name: reason for name, reason in project.captions.outcomes.refused().items() if name in names}
    if failed:
        reasons = by_reason(Counter(failed.values()).most_common())
        yield warning(f"failed in the last run: {len(failed):,} ({reasons})", "the next run tries them again")


def check_trainer(project: Project) -> Iterator[Finding]:
    """Say what to write in the config of the trainer, and which texts it would read in another way."""
    for sentence in misread_texts(project, project.target, LARGEST_SAMPLE):
        yield warning(sentence.removesuffix("."))
    if lines := [line.strip() for line in what_to_write(project, project.target)]:
        yield ok(f"target = {project.target.name}: {'; '.join(lines)}".replace(":;", ":"))


def _called_differently(project: Project, names: set[str]) -> Iterator[Finding]:
    """Texts of these pictures with another extension, which do not count as captions."""
    chosen = project.settings.dataset
    for extension in TEXT_EXTENSIONS:
        if extension != chosen.caption_extension and chosen.captions != chosen.images:
            there = Texts(chosen.captions, extension).names() & names
            if there:
                yield warning(
                    f"{chosen.captions} holds {amount(len(there), 'text')} ending in {extension}",
                    f"write caption_extension = {extension} under [Dataset] to have them count as captions",
                )


def _outdated(
    project: Project, made: dict[str, Made], written: set[str], model: str, *, sees: bool
) -> Iterator[Finding]:
    """Compare the prompts in the journal with those that would be sent now."""
    pictures = [
        picture for picture in project.collection.pictures if picture.stem_name in written & made.keys()
    ]
    if not model or project.settings.interpreter.skip:
        return
    stage = Interpreter(project, sees=sees)
    if model == COMPOSER and stage.maker == "stand-in":
        pictures = [picture for picture in pictures if made[picture.stem_name].draft]
    if not pictures:
        return

    def is_outdated(picture: Picture) -> bool:
        try:
            return stage.fingerprint(picture, model) != made[picture.stem_name].prompt
        except ItemError:
            return False

    outdated = sum(map(is_outdated, pictures))
    if len(project.collection.surveyed) < len(project.collection.pictures):
        # A prompt also depends on how many pictures have each of its tags, which the sample cannot tell.
        as_now = len(pictures) - outdated
        yield ok(
            f"in the sample, {amount(as_now, 'caption')} of {len(pictures):,} would be written with the same "
            "prompt now" + (f"; {_TELLS_THE_REST}" if outdated else "")
        )
        return
    text = f"{amount(outdated, 'caption')}, written with another prompt, model or tags"
    how = ", without a model" if model == COMPOSER else ""
    if not outdated:
        yield ok("no caption was written with another prompt, model or tags")
    elif project.settings.dataset.existing != "keep":
        yield ok(f"{text}: the next run writes them again{how}")
    elif model == COMPOSER:
        # No advice: with url = builtin, captions of a model would become drafts.
        yield ok(f"{text}: [Dataset] existing = refresh would write them again{how}")
    else:
        yield warning(text, "write [Dataset] existing = refresh to have such captions written again")


def check_forms(project: Project) -> Iterator[Finding]:
    """Look at a sample of the captions, those that people wrote or edited too."""
    if mixed := project.mixed_forms_sentence():
        yield warning(mixed.removesuffix("."))
    found = []
    for picture in sample(project.captioned()):
        text = project.captions.read(picture.stem_name)
        for caption in captions_in(text, project.settings.interpreter.caption_names):
            found += [each._replace(name=picture.name) for each in _problems(project, caption)]
    yield from warnings_by_reason(found)


def _problems(project: Project, caption: str) -> Iterator[Problem]:
    forms = project.forms
    if forms.structure and (faults := forms.structure.faults_in(caption)):
        yield Problem("", f"captions that are not as {forms.style.name} wants them", faults[0])
    if sentence := forms.exceeded(caption):
        yield Problem("", "captions that are longer than their encoder reads", sentence)
