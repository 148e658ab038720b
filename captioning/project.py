"""What one set of settings stands for: the data set, what its tags mean, its results, and the stages."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from captioning.knowledge import Knowledge
from dataset.beside_pictures import OwnFiles, TagFilesInTheWay
from dataset.journal import FILE_NAME, INTERPRETER, INTERROGATOR, Journal, new_run
from dataset.pictures import Picture, evenly_spread
from dataset.results import FileResults
from dataset.sightings import Sightings
from dataset.tagged_pictures import PictureFolder, TaggedPictures
from dataset.text_folder import Texts
from dataset.wanted import Wanted
from errors import ExcludedError, ItemError, Problem, UserError
from settings import AUTO, Settings

if TYPE_CHECKING:
    from review.pages import Sources
    from wiki.tag_meanings import TagMeanings
    from writing.material import Material
    from writing.trigger_tags import OwnTraits

# After a run, the times of the tag files and captions of at most this many pictures are compared.
_MOST_LOOKED_AT = 20_000
# At most this many captions are read for their form, which takes a few hundredths of a second.
_MOST_READ = 500


class Project(Knowledge):
    """Opens each thing when it is first needed, so that a command pays only for what it uses."""

    def __init__(
        self,
        settings: Settings,
        *,
        limit: int | None = None,
        only: frozenset[str] | None = None,
        aside: Path | None = None,
        most_surveyed: int | None = None,
    ) -> None:
        """Raises UserError where the folders cannot be used for what they are meant for.

        `limit` is how many pictures to do at most, and `only` has the names of those to do. `aside` is a
        folder for texts and journal, so that the existing ones stay as they are; descriptions are still read
        from their usual place if no stage would make them. With `most_surveyed`, facts about the whole
        data set are estimated from at most this many pictures.
        """
        super().__init__(settings)
        self.limit = limit
        self._only = only
        self._most_surveyed = most_surveyed
        captions, descriptions = settings.dataset.captions, settings.dataset.descriptions
        extension = settings.dataset.caption_extension
        if aside is not None:
            captions = aside / "captions"
            descriptions = descriptions if settings.interrogator.skip else aside / "descriptions"
        self.journal = Journal(captions / FILE_NAME, new_run())
        self.captions = FileResults(INTERPRETER, Texts(captions, extension), self.journal)
        self.descriptions = FileResults(INTERROGATOR, Texts(descriptions, extension), self.journal)
        self.open_collection()
        # What `hide = auto` found, in a line for the user; "" without it.
        self.hide_note = ""
        if AUTO in settings.tags.hide:
            self._hide_own_traits()

    def open_collection(self) -> None:
        """List the pictures and their tag files; called again after tag files were renamed.

        Raises UserError as `__init__` does.
        """
        dataset = self.settings.dataset
        if dataset.is_sharded:
            raise UserError(
                f"{dataset.images} are shards, and this command reads a folder of pictures: unpack some of "
                "them into a folder, and give it that"
            )
        self.own_files: OwnFiles | None = None
        self.in_the_way: TagFilesInTheWay | None = None
        if os.path.realpath(dataset.captions) == os.path.realpath(dataset.images):
            journal = Journal(dataset.captions / FILE_NAME)
            self.own_files = OwnFiles(dataset.images, dataset.caption_extension, journal)
        self.collection: TaggedPictures = PictureFolder(
            dataset,
            self.settings.tags,
            self.said_along,
            self._most_surveyed,
            # What vision models saw counts for comparisons too, whose texts are kept elsewhere.
            Sightings.beside(Texts(dataset.descriptions, dataset.caption_extension)),
            self.own_files,
        )
        if self.own_files is not None and self.captions.texts.root == dataset.captions:
            pictures = self.collection.folder.pictures
            self.in_the_way = TagFilesInTheWay(self.collection.root, self.own_files, pictures, self.journal)
            self.captions.beside_pictures(self.own_files, self.in_the_way)

    def refuse_empty(self) -> None:
        """Raise UserError where there are no pictures, nor anything that was meant to be one."""
        folder = self.collection.folder
        if not folder.pictures and not folder.problems:
            raise UserError(
                f"there are no pictures in {self.collection.root}: put some there with their tag files, or "
                "name another folder"
            )

    def captioned(self) -> list[Picture]:
        """The pictures that have tags and a caption."""
        there = self.captions.texts.names()
        return [picture for picture in self.collection.pictures if picture.stem_name in there]

    def perhaps_excluded_since(self) -> list[Picture]:
        """The pictures found to be excluded, and those where something changed after the caption was written.

        In a large data set a sample is looked at, which takes some tenths of a second.
        """
        collection, texts = self.collection, self.captions.texts
        names = {each.name for each in evenly_spread(collection.pictures, _MOST_LOOKED_AT)}
        return [
            each
            for each in collection.pictures
            if each.name in collection.found_excluded
            or (each.name in names and collection.changed_since(each, texts.saved_at(each.stem_name)))
        ]

    def still_captioned(self, pictures: Sequence[Picture]) -> list[Problem]:
        """The pictures among these that have a caption although they are excluded by now."""
        # Mostly there are none, and all names are listed for nothing.
        found, there = list[Problem](), self.captions.texts.names() if pictures else set()
        for picture in pictures:
            name = picture.stem_name
            if name not in there:
                continue
            texts = (self.captions.read(name), self.descriptions.read(name))
            try:
                self.collection.admit(picture, *texts[0].split("\n"), texts[1])
            except ExcludedError as error:
                found.append(error.problem(str(self.captions.texts.path(name))))
            except ItemError:
                continue
        return found

    def mixed_forms_sentence(self) -> str:
        """The message about a data set whose captions have several forms; "" where they have one."""
        from review.habits import form_of, mixed_forms  # a run that finds nothing to do needs none of it

        captioned = self.captioned()
        chosen = evenly_spread(captioned, _MOST_READ)
        texts = ((each.name, self.captions.read(each.stem_name)) for each in chosen)
        counts = mixed_forms((name, form_of(text.partition("\n")[0])) for name, text in texts if text)
        if not counts:
            return ""
        of_sample = f", of {len(chosen):,} that were read" if len(chosen) < len(captioned) else ""
        return (
            f"The captions mix forms: {counts}{of_sample}. A model that is trained on both learns the "
            "form as a switch; [Dataset] existing = overwrite writes all in one form."
        )

    def own_traits(self) -> OwnTraits:
        """The traits that are part of the trigger's character, by all tags of the data set."""
        from wiki.tag_meanings import TagMeanings
        from writing.trigger_tags import find_own_traits

        chosen = self.settings.tags
        self.collection.filter_as(chosen.model_copy(update={"hide": (), "trigger": ""}))
        try:
            categories = TagMeanings(self.own, self.cache, {}).categories
            return find_own_traits(self.collection, chosen.trigger, categories)
        finally:
            self.collection.filter_as(chosen)

    def proposed_trigger(self) -> str:
        """A sentence that proposes a trigger; "" where one is set, or no tag is on every picture."""
        from writing.trigger_tags import find_trigger

        if self.settings.tags.trigger:
            return ""
        return find_trigger(self.collection, self.meanings.categories, lambda tag: bool(self.cache.get(tag)))

    def missing_traits(self) -> str:
        """A sentence about traits of `hide` that no picture has as tags; "" where all are there."""
        if not self.settings.tags.hide:
            return ""
        from writing.trigger_tags import find_missing_traits

        return find_missing_traits(self.collection, self.settings.tags)

    def _hide_own_traits(self) -> None:
        """Put the traits that are found in the place of `auto`."""
        found, chosen = self.own_traits(), self.settings.tags
        self.hide_note = found.line
        named = (tag for tag in chosen.hide if tag != AUTO)
        tags = chosen.model_copy(update={"hide": (*named, *found.tags)})
        self.settings = self.settings.model_copy(update={"tags": tags})
        self.collection.filter_as(tags)

    @cached_property
    def material(self) -> Material:
        """What templates can say; asked for after stage 1."""
        self.collection.forget()
        return self.material_of(self.collection)

    @property
    def wanted(self) -> Wanted:
        """Which texts a stage should make."""
        pictures = self.collection.pictures
        if self._only is not None:
            pictures = [each for each in pictures if each.stem_name in self._only]
        return Wanted(pictures, self.settings.dataset.existing, self.limit)

    def write_report(self) -> Path:
        """Write report.html beside the captions, and return where it is; raises UserError."""
        self.refuse_moved()
        from review.report import write_report

        return write_report(self.sources())

    def sources(self, meanings: TagMeanings | None = None) -> Sources:
        """Where the report finds its data, and what tags mean, by default from cache and own descriptions."""
        from review.pages import Sources

        # The tag files of other pictures may have more categories, but reading all of them takes too long.
        known = meanings or self.meanings
        return Sources(
            self.collection,
            self.captions.texts,
            self.descriptions.texts,
            self.journal,
            known.categories,
            known.implied,
            known.meanings,
            self.finishing,
        )

    def tags(self) -> list[str]:
        """The distinct tags, the most common first; with a limit, only those of the pictures that are due."""
        ordered = self.undescribed(self.collection.survey())
        if self.limit is None and self._only is None:
            return ordered
        pictures, _ = self.wanted.due(self.captions, lambda picture: "")
        wanted = set[str]()
        for picture in pictures:
            with suppress(ItemError):
                wanted.update(self.collection.tags(picture).tags)
        return [tag for tag in ordered if tag in wanted]

    def is_anything_due(self) -> bool:
        """Whether a run has work to do, by the names of files alone, which is fast."""
        chosen = self.settings
        if chosen.dataset.existing != "keep":
            return True
        if chosen.interpreter.skip and chosen.interrogator.skip:
            return not chosen.tag_provider.skip
        pictures = self.collection.pictures
        if not chosen.interpreter.skip:
            if self.captions.lack(pictures):
                return True
            asks = chosen.interpreter.endpoint.url != "builtin" and self.forms.written_by_model
            if asks and self.captions.outcomes.has_drafts():
                return True
        return not chosen.interrogator.skip and self.descriptions.lack(pictures)

    def watch(self) -> None:
        """From now on write nothing if somebody moved the folders or the journal, but raise UserError."""
        self.captions.texts.watch()
        self.descriptions.texts.watch()
        self.journal.watch()

    def refuse_moved(self) -> None:
        """Raise UserError if somebody moved the captions folder or the journal since `watch`."""
        self.captions.texts.refuse_moved()
        self.journal.refuse_moved()

    def recover(self) -> None:
        """Finish what a kill left half done."""
        for results in (self.captions, self.descriptions):
            if results.texts.unsettled():
                results.recover({picture.stem_name for picture in self.collection.pictures})

    def close(self) -> None:
        """Leave nothing open and no empty folder behind."""
        self.captions.close()
        self.descriptions.close()
