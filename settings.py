"""The table of settings: each with its section, default, check, and one line of what it means."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    SecretStr,
    ValidationInfo,
)

from tags.categories import CATEGORIES, UNSEEN, misspelled_category

_DUMPS = (".csv", ".csv.gz", ".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz", ".parquet")
PROGRAM_FOLDER = Path(__file__).resolve().parent
_PLAIN = re.compile(r"(?:[!-~](?:[ -~]*[!-~])?)?")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_EXTENSION = re.compile(r"\.[\w.+-]*[\w+-]")
VARIANTS = ("long", "medium", "short", "tags")


def _split(value: object) -> object:
    """A comma-separated list, as it is written in config.ini."""
    return (
        tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value
    )


def _pairs(value: object) -> object:
    """`old = new, other = another`; an empty right side is allowed."""
    if not isinstance(value, str):
        return value
    pairs = [part.partition("=") for part in value.split(",") if part.strip()]
    if any(not old.strip() or not equals for old, equals, _ in pairs):
        raise ValueError("should be pairs of old=new, with commas between them")
    return {old.strip(): new.strip() for old, _, new in pairs}


def _json_object(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        parsed = json.loads(value) if value.strip() else {}
    except RecursionError as error:
        raise ValueError("should be a JSON object that is nested less deeply") from error
    except ValueError as error:
        raise ValueError(f"should be a JSON object in braces ({error})") from error
    if not isinstance(parsed, dict):
        raise ValueError("should be a JSON object in braces")
    return parsed


def _headers(value: object) -> object:
    parsed = _json_object(value)
    if isinstance(parsed, dict):
        named = all(map(_HEADER_NAME.fullmatch, parsed))
        simple = all(isinstance(text, str | int | float) for text in parsed.values())
        if not (named and simple and all(_PLAIN.fullmatch(str(text)) for text in parsed.values())):
            raise ValueError("should hold names and texts of headers, in ASCII without line breaks")
    return parsed


def _key(value: object) -> object:
    if isinstance(value, str) and not _PLAIN.fullmatch(value):
        raise ValueError("should be ASCII without spaces or line breaks at its ends: copy the key again")
    return value


def _none_if_empty(value: object) -> object:
    return None if value == "" else value


def _auto_or_count(value: object) -> object:
    text = str(value).strip().lower()
    if text != "auto" and not (text.isdecimal() and 1 <= int(text) <= 4096):
        raise ValueError("should be auto or a whole number from 1 to 4096")
    return text if text == "auto" else int(text)


def _path(value: object, info: ValidationInfo) -> Path:
    """A path of config.ini: relative to the folder of config.ini, `~` is the home folder."""
    if isinstance(value, str) and not value.strip():
        raise ValueError("should be a path, and is empty")
    folder = info.context["folder"] if info.context else PROGRAM_FOLDER
    return Path(folder) / _expanded(str(value))


def _expanded(text: str) -> Path:
    if "\0" in text or "\n" in text:
        raise ValueError("should be a path on one line")
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise ValueError("should be a path, and there is no such home folder") from error


def _optional_path(value: object, info: ValidationInfo) -> Path | None:
    return _path(value, info) if value not in ("", None) else None


def _template(value: object, info: ValidationInfo) -> Path:
    """A template: beside config.ini, in the `templates` folder there, or among those that we ship."""
    written = _path(value, info)
    name = _expanded(str(value))
    folder = Path(info.context["folder"]) if info.context else PROGRAM_FOLDER
    places = (written, folder / "templates" / name, PROGRAM_FOLDER / "templates" / name)
    return next((place for place in places if _is_file(place)), places[1])


def _is_file(place: Path) -> bool:
    try:
        return place.is_file()
    except OSError:  # such as a name that is too long
        return False


def _templates(value: object, info: ValidationInfo) -> tuple[Path, ...]:
    names = _split(value)
    if not isinstance(names, tuple) or not names:
        raise ValueError("should name a template, and is empty")
    return tuple(_template(name, info) for name in names)


def _variants(value: object) -> object:
    names = _split(value)
    if isinstance(names, tuple) and names:
        unknown = [name for name in names if name not in VARIANTS]
        if unknown or len(set(names)) < len(names):
            raise ValueError(f"should be of {', '.join(VARIANTS)}, each at most once")
        if names == ("tags",):
            raise ValueError("should hold one that a model writes: long, medium or short")
    return names


def _categories(value: object) -> object:
    names = _split(value)
    if not isinstance(names, tuple):
        return names
    names = tuple(name.lower() for name in names)
    for name in names:
        if wrong := misspelled_category(name):
            raise ValueError(wrong)
    return names


def _extension(value: object) -> object:
    text = str(value).strip().lower()
    if text == "auto":
        return text
    text = text if text.startswith(".") else f".{text}"
    if not _EXTENSION.fullmatch(text):
        raise ValueError("should be a file extension")
    return text


def _patterns(value: object) -> tuple[re.Pattern[str], ...]:
    """Regular expressions, one a line: they may hold commas."""
    patterns = []
    for line in filter(None, map(str.strip, str(value).splitlines())):
        try:
            patterns.append(re.compile(line))
        except (re.error, OverflowError, RecursionError) as error:
            raise ValueError(
                f"should be regular expressions, one a line, and {line} is none ({error})"
            ) from error
    return tuple(patterns)


def _url(value: object) -> object:
    text = str(value).strip().rstrip("/")
    if text.lower() in ("auto", "builtin", "embedded"):
        return text.lower()
    scheme, _, place = text.partition("://")
    if scheme not in ("http", "https") or not place:
        raise ValueError(
            "should be auto, builtin, embedded, or an address that begins with http:// or https://"
        )
    if "@" in place.partition("/")[0]:
        # Messages name the address, and a password must not be in them.
        raise ValueError("should hold no user name or password; a key goes into api_key")
    if "?" in place or "#" in place:
        raise ValueError("should end with its path, such as /v1; a key goes into api_key")
    if not _is_address(text):
        raise ValueError("should be an address such as http://localhost:1234/v1")
    return text


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
        host.encode("idna")
    except ValueError:
        return False
    return bool(host) and port != 0 and text.isprintable() and " " not in text


def _source(value: object, info: ValidationInfo) -> str:
    text = str(value).strip()
    if text.lower() in ("danbooru", "e621"):
        return text.lower()
    if not text.lower().endswith(_DUMPS):
        raise ValueError("should be danbooru, e621, or a .csv, .csv.gz, .jsonl, .jsonl.gz or .parquet file")
    return str(_path(text, info))


Strings = Annotated[tuple[str, ...], BeforeValidator(_split)]
Pairs = Annotated[dict[str, str], BeforeValidator(_pairs)]
JsonObject = Annotated[dict[str, Any], BeforeValidator(_json_object)]
Headers = Annotated[dict[str, Any], BeforeValidator(_headers)]
Key = Annotated[SecretStr, BeforeValidator(_key)]
PathFromConfig = Annotated[Path, PlainValidator(_path)]
OptionalPath = Annotated[Path | None, PlainValidator(_optional_path)]
Template = Annotated[Path, PlainValidator(_template)]
WikiSource = Annotated[str, PlainValidator(_source)]
Categories = Annotated[tuple[str, ...], BeforeValidator(_categories)]
Templates = Annotated[tuple[Path, ...], PlainValidator(_templates)]
Variants = Annotated[tuple[str, ...], BeforeValidator(_variants)]
Extension = Annotated[str, BeforeValidator(_extension)]
Patterns = Annotated[tuple[re.Pattern[str], ...], PlainValidator(_patterns)]
OptionalFloat = Annotated[float | None, BeforeValidator(_none_if_empty)]
OptionalInt = Annotated[int | None, BeforeValidator(_none_if_empty)]
Concurrency = Annotated[Literal["auto"] | int, BeforeValidator(_auto_or_count)]


def _setting(default: str, meaning: str, example: str = "", **limits: Any) -> Any:  # noqa: ANN401
    """One setting: its default as config.ini spells it, what it means, and what could be written.

    Typed Any as pydantic's own Field is, so that it can stand as the default of any field.
    """
    return Field(
        default=default,
        description=meaning,
        examples=[example or default],
        validate_default=True,
        **limits,
    )


class Section(BaseModel):
    """A section of config.ini; its fields are the table that files, manual and checks are made from."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, allow_inf_nan=False)


class EndpointSettings(Section):
    """[Endpoint]: which model server is asked, and how; every stage section may override any of these."""

    url: Annotated[str, BeforeValidator(_url)] = _setting(
        "auto",
        "auto (look for a server on this computer), builtin (no model: captions are composed from the tags), "
        "embedded (llama.cpp inside this program), or an address such as http://localhost:1234/v1",
        "http://localhost:1234/v1",
    )
    model: str = _setting(
        "auto",
        "auto (the first that the server lists), a name that the server knows, or a GGUF file for embedded",
    )
    api_key: Key = _setting(
        "",
        "key for the server at url; better in the environment as TAGSCRIBE_API_KEY; url = auto sends none",
    )
    concurrency: Concurrency = _setting(
        "auto", "requests in flight at once: auto (as many as pay) or a number", "8"
    )
    overlap: bool = _setting(
        "False",
        "whether Interrogator and Interpreter run side by side, where each asks a server of its own",
    )
    timeout: float = _setting("300", "seconds that one request may take in all", gt=0)
    retries: int = _setting("4", "times that a failed or refused answer is asked for again", ge=0, le=100)
    wait_for_server: float = _setting("60", "seconds to wait for a server that went away during a run", ge=0)
    temperature: OptionalFloat = _setting(
        "0.4", "sampling temperature; empty: as the server likes", ge=0, le=5
    )
    top_p: OptionalFloat = _setting("", "nucleus sampling; empty: as the server likes", "0.9", gt=0, le=1)
    max_tokens: OptionalInt = _setting(
        "2048", "longest answer in tokens, reasoning included; empty: no limit", "2048", ge=1, le=2**31
    )
    seed: OptionalInt = _setting("", "random seed; empty: as the server likes", "1", ge=0, le=2**31)
    stop: Strings = _setting("", "texts that end an answer, with commas between them", "###, </s>")
    headers: Headers = _setting("", "further HTTP headers, as a JSON object", '{"X-Title": "captions"}')
    extra_body: JsonObject = _setting(
        "", "further fields of each request, as a JSON object", '{"min_p": 0.05}'
    )
    price_in: OptionalFloat = _setting(
        "", "price of a million prompt tokens, for the estimate of --dry-run", "0.15", ge=0
    )
    price_out: OptionalFloat = _setting(
        "", "price of a million tokens that the model writes, for the estimate of --dry-run", "0.60", ge=0
    )


class DatasetSettings(Section):
    """[Dataset]: the pictures, and where their texts go."""

    images: PathFromConfig = _setting("images", "folder of the pictures and their tag files")
    captions: PathFromConfig = _setting(
        "captions", "folder of the captions; mirrors the folders under images"
    )
    descriptions: PathFromConfig = _setting(
        "descriptions", "folder of what the vision model said of each picture"
    )
    tag_extension: Extension = _setting(
        "auto",
        "auto (.tags .txt .caption .csv .json, with or without the picture's own ending) or one extension",
        ".txt",
    )
    caption_extension: Extension = _setting(".txt", "extension of captions and descriptions")
    recursive: bool = _setting("True", "whether pictures in sub-folders are captioned too")
    existing: Literal["keep", "refresh", "overwrite"] = _setting(
        "keep",
        "captions and descriptions that are there: keep, refresh (redo those made from another prompt, model "
        "or tags, never those edited by hand) or overwrite",
    )
    target: Literal[
        "txt", "sd-scripts", "onetrainer", "simpletuner", "diffusion-pipe", "ai-toolkit", "imagefolder"
    ] = _setting(
        "txt",
        "who reads the captions: txt (nobody in particular), sd-scripts, onetrainer, simpletuner, "
        "diffusion-pipe, ai-toolkit or imagefolder",
        "sd-scripts",
    )
    report: bool = _setting(
        "True", "whether each run ends with a page that shows all of it: report.html beside the captions"
    )


class TagsSettings(Section):
    """[Tags]: what happens to tags before a model sees them."""

    exclude: Strings = _setting(
        "", "tags that are left out, with commas between them", "signature, watermark"
    )
    replace: Pairs = _setting(
        "", "tags that are written otherwise: old=new, with commas between", "grey hair=gray hair"
    )
    exclude_categories: Categories = _setting(
        ", ".join(sorted(UNSEEN)),
        f"categories that are left out of the prompt, of {', '.join(CATEGORIES)}",
    )
    drop_implied: bool = _setting(
        "False",
        "whether tags that another one says are left out of the prompt: smile beside grin, dress beside "
        "white_dress",
    )
    hide: Strings = _setting(
        "",
        "traits that a LoRA should absorb, as tags with commas between them: no prompt tells them, and a "
        "caption that says one is asked for again, and reported if that does not help",
        "silver hair, red eyes",
    )
    describe: Literal["unusual", "all", "none"] = _setting(
        "unusual",
        "tags whose meaning is told to the model: unusual (characters, series, and what few pictures have), "
        "all or none",
    )
    describe_tokens: int = _setting(
        "800", "at most this many tokens of meanings in one prompt; the most common tags give way first", ge=0
    )
    trigger: str = _setting("", "trigger word that begins every caption", "mychar")
    descriptions_file: OptionalPath = _setting(
        "",
        "CSV or JSON file of your own: tag, description, category; wins over wiki and glossary",
        "my_tags.csv",
    )


class StageSettings(Section):
    """What every stage section holds; `endpoint` is [Endpoint] with what the section overrides."""

    endpoint: EndpointSettings = Field(default_factory=EndpointSettings)
    skip: bool = _setting("False", "whether this stage is passed over")


class TagProviderSettings(StageSettings):
    """[TagProvider]: stage 1, what each tag means."""

    prompt_template_file: Template = _setting(
        "tag_provider_prompt_template.txt", "template of the request that sums up a wiki page"
    )
    source: WikiSource = _setting(
        "danbooru", "danbooru, e621, or a file with wiki pages (.csv .csv.gz .jsonl .jsonl.gz .parquet)"
    )
    wiki_url: str = _setting(
        "", "address of the wiki; empty: the usual one of the source", "https://danbooru.donmai.us"
    )
    wiki_login: str = _setting("", "user name at the wiki, or TAGSCRIBE_WIKI_LOGIN in the environment")
    wiki_api_key: SecretStr = _setting(
        "", "API key at the wiki, or TAGSCRIBE_WIKI_API_KEY in the environment"
    )
    user_agent: str = _setting(
        "", "how the program names itself to the wiki; empty: Tagscribe, its version and the login"
    )
    min_post_count: int = _setting("0", "tags on fewer posts than this are not summed up", ge=0)
    cache: PathFromConfig = _setting("tags_cache.json", "file that keeps what each tag means")


class InterrogatorSettings(StageSettings):
    """[Interrogator]: stage 2, what a vision model sees."""

    skip: bool = _setting("True", "whether this stage is passed over; False needs a vision model")
    prompt_template_file: Template = _setting(
        "interrogator_prompt_template.txt", "template of the request that goes with each picture"
    )
    max_image_side: int = _setting(
        "1024", "pictures are sent with at most this many pixels on the long side", ge=16, le=16384
    )


class InterpreterSettings(StageSettings):
    """[Interpreter]: stage 3, the caption."""

    prompt_template_file: Templates = _setting(
        "interpreter_prompt_template_short_no_description.txt",
        "template of the request for a caption; several, with commas between them, make several captions",
    )
    variants: Variants = _setting(
        "",
        "several captions of each picture: long, medium, short and tags, in the order wanted; empty: one, as "
        "the template says",
        "long, short, tags",
    )
    language: str = _setting(
        "en",
        "language that captions and descriptions must be in, such as en, de or ja; empty: any; the prompts "
        "have to ask for it, and captions are held against their tags in English only",
        "de",
    )
    repairs: int = _setting(
        "1",
        "times that a caption which contradicts the tags, misses a name or says a hidden trait is asked for "
        "again",
        ge=0,
        le=5,
    )
    min_coverage: float = _setting(
        "0.5", "a caption that says less than this share of its tags is asked for again; 0 to 1", ge=0, le=1
    )
    prefix: str = _setting("", "words before every caption, after the trigger word", "An anime illustration.")
    suffix: str = _setting("", "words behind every caption", ", in the style of a fairy tale")
    strip: Patterns = _setting(
        "",
        "regular expressions, one a line, further ones indented; what they match is taken out of captions",
        r"\s*\((?:left|right)\)",
    )
    max_words: OptionalInt = _setting("", "a caption of more words is reported; empty: no limit", "120", ge=1)
    max_tokens_clip: OptionalInt = _setting(
        "",
        "a caption of more CLIP tokens than this is reported; they are estimated, and CLIP reads 75; empty: "
        "no limit",
        "75",
        ge=1,
    )
    shorten: bool = _setting(
        "False", "whether a caption over max_words or max_tokens_clip loses the sentences at its end"
    )

    @property
    def caption_names(self) -> tuple[str, ...]:
        """What the captions of one picture are called, in their order; there is one unless told otherwise."""
        variants = self.variants or ("caption",)
        if len(self.prompt_template_file) == 1:
            return variants
        return tuple(f"{path.stem} {variant}" for path in self.prompt_template_file for variant in variants)


class Settings(BaseModel):
    """All of config.ini."""

    model_config = ConfigDict(frozen=True)

    dataset: DatasetSettings
    tags: TagsSettings
    tag_provider: TagProviderSettings
    interrogator: InterrogatorSettings
    interpreter: InterpreterSettings


SECTIONS: Mapping[str, type[Section]] = {
    "Endpoint": EndpointSettings,
    "Dataset": DatasetSettings,
    "Tags": TagsSettings,
    "TagProvider": TagProviderSettings,
    "Interrogator": InterrogatorSettings,
    "Interpreter": InterpreterSettings,
}
