"""--import-old FOLDER: takes over what somebody has made with tag-based-image-captioning.

That older script has a config.ini in the form of TOML, templates that hold `<tags>`, captions such as
captions/a.caption, descriptions such as interrogations/a.description.txt, and a tag_cache.json. What is made
of them goes into FOLDER/tagscribe; nothing that is there is changed, and captions stay where they are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import config
from dataset.disk import make_folder, write_whole
from decoding import decoded_leniently, open_file
from english import amount
from errors import UserError
from page_summaries.saving import merge_cache_file
from settings.checks import TEXT_EXTENSIONS
from settings.former import OF_THE_OLDER_SCRIPT

NEW_FOLDER = "tagscribe"
_LARGEST_FILE = 1 << 20
_VARIABLES = {
    "<tags>": "{{ tags }}",
    "<tag_descriptions>": "{{ tag_descriptions }}",
    "<description>": "{{ image_description }}",
}
_MARK = re.compile(r"<tags>|<tag_descriptions>|<description>|\{[{%#]")
# The first digits of SHA-256 of the script's own templates, without spaces around them and with plain line
# ends: for one that nobody has changed, the template of the same name here is better.
_UNCHANGED = {
    "a0d82439052a8b35": "interpreter_prompt_template.txt",
    "fb250f4953960bc0": "interpreter_prompt_template_short.txt",
    "be04c3cea8b4e72c": "interpreter_prompt_template_short_no_description.txt",
    "4d1568c6cc351710": "interrogator_prompt_template.txt",
}
_SECTION = re.compile(r"\s*\[([\w.]+)\]")
_KEY = re.compile(r"\s*([\w-]+)\s*=\s*(.+)")

_Old = dict[tuple[str, str], object]


def import_old(folder: Path, say: Callable[[str], None]) -> None:
    """Make FOLDER/tagscribe of an older script's folder; raises UserError where that is not possible."""
    source, home = folder / "config.ini", folder / NEW_FOLDER
    if not source.is_file():
        raise UserError(f"there is no {source}: name the folder of tag-based-image-captioning")
    if home.exists():
        raise UserError(f"{home} is there already: delete or rename it, and import again")
    old = _read_toml(_text(source))
    if not any(section == "Client" for section, _ in old):
        raise UserError(f"{source} is not of tag-based-image-captioning, since it has no [Client]")
    make_folder(home)
    values = {
        ("Dataset", "images"): "../images",
        ("Dataset", "tag_extension"): ".txt",
        ("TagProvider", "cache"): "tags_cache.json",
    }
    values |= dict(_settings(old))
    for stage in ("Interrogator", "Interpreter"):
        if name := _string(old, stage, "prompt_template_file"):
            values[stage, "prompt_template_file"] = _take_template(folder, name, home, say)
    extension = values.setdefault(("Dataset", "caption_extension"), ".caption")
    _take_descriptions(folder, old, home / "descriptions", extension, say)
    cache = folder / (_string(old, "TagProvider", "cache_file") or "tag_cache.json")
    if cache.is_file():
        say(merge_cache_file(home / "tags_cache.json", cache))
    write_whole(home / "config.ini", config.default_ini(values))
    for line in _not_taken_over(folder, old):
        say(line)
    say(f"Written: {home / 'config.ini'}. Now look at it, and run")
    say(f'  python caption.py --config "{home / "config.ini"}" --check')


def _settings(old: _Old) -> Iterator[tuple[tuple[str, str], str]]:
    """The settings whose values can be taken as they are, by their new places."""
    for place, value in old.items():
        new = OF_THE_OLDER_SCRIPT.get(place)
        if new is None or new[1] in ("descriptions", "api_key", "headers", "prompt_template_file", "cache"):
            continue
        if new[1] == "captions":
            yield new, str(Path("..") / str(value))
        elif new[1] == "caption_extension":
            extension = f".{str(value).lstrip('.')}".lower()
            yield new, extension if extension in TEXT_EXTENSIONS else ".caption"
        elif isinstance(value, list):
            # A chat ends an answer without them, and a line break cannot be written in config.ini.
            yield new, ", ".join(text for each in value if (text := str(each).strip()))
        else:
            yield new, str(value)


def _take_template(folder: Path, name: str, home: Path, say: Callable[[str], None]) -> str:
    """The template to use: theirs with today's variables, or ours where theirs is unchanged."""
    path = folder / name
    if not path.is_file():
        raise UserError(f"there is no template {path}, which {folder / 'config.ini'} names: put it there")
    text = _text(path).replace("\r\n", "\n")
    digest = sha256(text.strip().encode()).hexdigest()[:16]
    if digest in _UNCHANGED:
        say(f"{path} is as the older script had it: Tagscribe's own {_UNCHANGED[digest]} takes its place.")
        return _UNCHANGED[digest]
    # Braces that mean something in a template today are text in theirs.
    new = _MARK.sub(lambda mark: _VARIABLES.get(mark[0], f"{{{{ '{mark[0]}' }}}}"), text)
    make_folder(home / "templates")
    write_whole(home / "templates" / path.name, new)
    say(f"Template {path.name}: {', '.join(f'{was} is now {now}' for was, now in _VARIABLES.items())}.")
    return path.name


def _take_descriptions(
    folder: Path, old: _Old, target: Path, extension: str, say: Callable[[str], None]
) -> None:
    """Copy the descriptions, which are now called as the captions are: a.description.txt ─▶ a.caption."""
    source = folder / (_string(old, "Interrogator", "target_directory") or "interrogations")
    ending = f".{_string(old, 'Interrogator', 'extension') or 'description.txt'}"
    files = sorted(source.glob(f"*{ending}")) if source.is_dir() else []
    if not files:
        return
    make_folder(target)
    for file in files:
        write_whole(target / f"{file.name.removesuffix(ending)}{extension}", _text(file))
    say(f"Copied from {source} to {target}: {amount(len(files), 'description')}.")


def _not_taken_over(folder: Path, old: _Old) -> Iterator[str]:
    """What is not taken over, and what to do about it."""
    if _string(old, "Client", "api_key"):
        yield "api_key is not copied: put it into the environment as TAGSCRIBE_API_KEY."
    if any(section == "Client.headers" for section, _ in old):
        yield "[Client.headers] is not copied: write it as headers under [Endpoint], as a JSON object."
    if not old.get(("TagProvider", "include_tags_without_wiki")):
        yield "Tags without a wiki page were left out of the prompt; now all tags are in it."
    yield "Stage 1 asks for several tags at once now, so tag_prompt_template.txt is not taken over."
    images = folder / "images"
    if not any(images.glob("*.txt")):
        yield f"Tag files lie beside their pictures now: copy those of your --tags_dir into {images}."
    yield "Captions that are there stay and count as done: delete one to have it written anew."


def _read_toml(text: str) -> _Old:
    """What the script's config.ini holds, by section and key, as JSON would have it."""
    found: _Old = {}
    section = ""
    for line in text.splitlines():
        if heading := _SECTION.match(line):
            section = heading[1]
        elif (pair := _KEY.match(line)) and (value := _value(pair[2])) is not None:
            found[section, pair[1]] = value
    return found


def _value(written: str) -> object:
    """A value of TOML, which JSON writes in the same way but for single quotes; a comment may follow."""
    if literal := re.match(r"'([^']*)'", written):
        return literal[1]
    try:
        value: object = json.JSONDecoder().raw_decode(written)[0]
    except ValueError:
        return None
    return value


def _string(old: _Old, section: str, key: str) -> str:
    value = old.get((section, key))
    return value if isinstance(value, str) else ""


def _text(path: Path) -> str:
    try:
        with open_file(path) as file:
            return decoded_leniently(file.read(_LARGEST_FILE))
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path} cannot be read ({error}): check the file") from error
