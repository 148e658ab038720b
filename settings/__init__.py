"""The table of settings: each with its section, default, check, and one line of what it means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr
from pydantic.alias_generators import to_pascal

from settings import checks
from settings.paths import address_of
from settings.wikis import WIKIS
from tags.categories import CATEGORIES, UNSEEN

# `hide` may have this word instead of tags.
AUTO = "auto"
_STAGES = ("tag_provider", "interrogator", "interpreter")


def _setting(default: str, meaning: str, example: str = "", **limits: Any) -> Any:  # noqa: ANN401
    """One setting: its default as config.ini spells it, what it means, and what could be written.

    Typed Any as pydantic's own Field is, so that it can stand as the default of any field.
    """
    return Field(default=default, description=meaning, examples=[example or default], **limits)


class Section(BaseModel):
    """A section of config.ini; its fields are the table that files, manual and checks are made from."""

    # `defer_build`: nobody reads a section by itself, and pydantic builds those of `Settings` along with it.
    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        str_strip_whitespace=True,
        allow_inf_nan=False,
        validate_default=True,
        defer_build=True,
    )


class EndpointSettings(Section):
    """[Endpoint]: which model server is asked, and how; every stage section may override any of these."""

    url: checks.Url = _setting(
        "auto",
        "auto (look for a server on this computer), builtin (no model: captions are composed from the tags), "
        "embedded (llama.cpp inside this program), batch (requests and answers in files), or an address such "
        "as http://localhost:1234/v1; with [Cluster] ray several, with commas between them",
        "http://localhost:1234/v1",
    )
    model: checks.ModelName = _setting(
        "auto",
        "auto (one that is loaded, and that sees where pictures are sent), a name that the server knows; "
        "for embedded a GGUF file, owner/repo:FILE.gguf of the Hugging Face hub, or a name of "
        "llm/embedded/models.ini",
    )
    embedded: Literal["auto", "library", "program"] = _setting(
        "auto",
        "which llama.cpp runs with url = embedded: library (xllamacpp), program (llama-server on PATH) or "
        "auto (the library, unless only the program can use the graphics card)",
        "library",
    )
    context: checks.Context = _setting(
        "auto",
        "tokens that a prompt and its answer may have together with url = embedded: auto (by the longest "
        "prompt of the data set and max_tokens) or a number",
        "8192",
    )
    api_key: checks.Key = _setting(
        "", "key for the server at url; better in the environment as TAGSCRIBE_API_KEY; url = auto sends none"
    )
    concurrency: checks.Concurrency = _setting(
        "auto", "requests at once: auto (as many as make it faster) or a number", "8"
    )
    timeout: float = _setting("300", "seconds that one request may take", gt=0)
    retries: int = _setting("4", "how often a failed or refused answer is asked for again", ge=0, le=100)
    wait_for_server: float = _setting("60", "seconds to wait for a server that went away during a run", ge=0)
    temperature: checks.OptionalFloat = _setting(
        "0.4", "sampling temperature; empty: the server's default", ge=0, le=5
    )
    top_p: checks.OptionalFloat = _setting(
        "", "nucleus sampling; empty: the server's default", "0.9", gt=0, le=1
    )
    max_tokens: checks.OptionalInt = _setting(
        "2048", "longest answer in tokens, reasoning included; empty: no limit", "2048", ge=1, le=2**31
    )
    seed: checks.OptionalInt = _setting("", "random seed; empty: the server's default", "1", ge=0, le=2**31)
    reasoning: Literal["off", "low", "on"] = _setting(
        "off",
        "whether a model that can reason does so first: off, low or on, asked in the way of each server",
        "low",
    )
    stop: checks.Strings = _setting("", "texts that end an answer, with commas between them", "###, </s>")
    headers: checks.Headers = _setting(
        "", "further HTTP headers, as a JSON object", '{"X-Title": "captions"}'
    )
    extra_body: checks.JsonObject = _setting(
        "", "further fields of each request, as a JSON object", '{"min_p": 0.05}'
    )
    price_in: checks.OptionalFloat = _setting(
        "", "price of a million prompt tokens, for the estimate of --dry-run", "0.15", ge=0
    )
    price_out: checks.OptionalFloat = _setting(
        "", "price of a million tokens that the model writes, for the estimate of --dry-run", "0.60", ge=0
    )
    batch: checks.PathFromConfig = _setting(
        "batch",
        "folder of url = batch: requests are written into files there, and their answers are put there",
    )
    batch_form: Literal["openai", "short"] = _setting(
        "openai",
        "form of the requests in these files: openai (also for Azure, Groq, Novita, Alibaba and vllm "
        "run-batch) or short (Mistral, Together, Fireworks)",
        "short",
    )
    batch_lines: int = _setting("50000", "at most this many requests in one of these files", ge=1)
    batch_megabytes: float = _setting("200", "at most this many megabytes in one of these files", "100", gt=0)
    batch_service: checks.ServiceUrl = _setting(
        "",
        "address of the service to which --batch-submit sends these files and from which --batch-fetch gets "
        "their answers, with api_key and headers",
        "https://api.openai.com/v1",
    )

    @property
    def urls(self) -> tuple[str, ...]:
        """The addresses that `url` names."""
        return tuple(self.url.split(", "))

    @property
    def asked_once(self) -> EndpointSettings:
        """The same endpoint for a command that only looks, and so does not wait for a server."""
        return self.model_copy(update={"retries": 0, "wait_for_server": 0.0})


class DatasetSettings(Section):
    """[Dataset]: the pictures, and where their texts go."""

    images: checks.Images = _setting(
        "images",
        "folder of the pictures and their tag files; or shards: /data/*.tar, /data/*.parquet, s3://bucket/*.tar",
    )
    tags: checks.OptionalPath = _setting(
        "",
        "where the tags are, if not beside the pictures: a folder of tag files with the names of the "
        "pictures, or a .parquet table with a column id; empty: beside the pictures",
        "posts.parquet",
    )
    captions: checks.CaptionsFolder = _setting(
        "captions",
        "folder of the captions, which mirrors the folders under images; or beside: each caption beside its "
        "picture, and a tag file of the same name is called NAME.tags from then on",
    )
    descriptions: checks.PathFromConfig = _setting(
        "descriptions", "folder of the descriptions by the vision model"
    )
    tag_extension: checks.Extension = _setting(
        "auto",
        "auto (.tags .txt .caption .csv .json, with or without the picture's own ending) or one extension",
        ".txt",
    )
    caption_extension: checks.TextExtension = _setting(
        ".txt", f"extension of captions and descriptions: {' '.join(checks.TEXT_EXTENSIONS)}"
    )
    recursive: bool = _setting("True", "whether pictures in sub-folders are captioned too")
    existing: Literal["keep", "refresh", "overwrite"] = _setting(
        "keep",
        "captions and descriptions that exist already: keep (only drafts are redone, once there is a model), "
        "refresh (redo those made from another prompt, model or tags, or from a picture that has changed "
        "since it was sent, never those edited by hand) or overwrite",
    )
    target: checks.Target = _setting(
        "txt",
        "trainer that reads the captions: " + ", ".join(checks.TRAINERS) + "; txt is for any",
        "sd-scripts",
    )
    report: bool = _setting(
        "True", "whether each run writes a page of all pictures and captions: report.html beside the captions"
    )

    @property
    def is_sharded(self) -> bool:
        """Whether `images` is a pattern of files that hold many pictures, and not a folder."""
        is_pattern = self.images.suffix.lower() in checks.SHARD_SUFFIXES and not self.images.is_dir()
        return is_pattern or bool(self.address_of_images)

    @property
    def address_of_images(self) -> str:
        """The address of shards in a store, as the user wrote it; "" for what is on a disk."""
        return address_of(self.images)


class TagsSettings(Section):
    """[Tags]: what happens to tags before a model sees them."""

    exclude: checks.Strings = _setting(
        "", "tags that are left out, with commas between them", "signature, watermark"
    )
    replace: checks.Pairs = _setting(
        "", "tags that are spelled in another way: old=new, with commas between them", "grey hair=gray hair"
    )
    exclude_categories: checks.Categories = _setting(
        ", ".join(sorted(UNSEEN)),
        "categories that are left out of the prompt, but for what a picture is made with (watercolor), of "
        + ", ".join(CATEGORIES),
    )
    drop_implied: bool = _setting(
        "False",
        "whether tags that another tag implies are left out of the prompt: smile beside grin, dress beside "
        "white_dress",
    )
    hide: checks.Strings = _setting(
        "",
        "traits that a LoRA should absorb, as tags with commas between them, or auto (those on nearly all "
        "pictures of the trigger's character): no prompt names them, and a caption that says one is asked "
        "for again, and reported if that does not help",
        "silver hair, red eyes",
    )
    describe: Literal["unusual", "all", "none"] = _setting(
        "unusual",
        "tags that are explained to the model: unusual (characters, words that do not tell), all or none",
    )
    describe_tokens: int = _setting(
        "800",
        "at most this many tokens of explanations in one prompt; the most common tags are left out first",
        ge=0,
    )
    trigger: checks.Trigger = _setting("", "trigger word that begins every caption", "mychar")
    descriptions_file: checks.OptionalPath = _setting(
        "",
        "CSV or JSON file of your own: tag, description, category; wins over wiki and glossary",
        "my_tags.csv",
    )


class StageSettings(Section):
    """What every stage section holds; `endpoint` is [Endpoint] with what the section overrides."""

    endpoint: EndpointSettings = Field(default_factory=EndpointSettings)
    skip: bool = _setting("False", "whether this stage is skipped")

    @property
    def must_see(self) -> bool:
        """Whether the model has to see pictures."""
        return False


class TagProviderSettings(StageSettings):
    """[TagProvider]: stage 1, what each tag means."""

    prompt_template_file: checks.Template = _setting(
        "tag_provider_prompt_template.txt", "template of the request that sums up a wiki page"
    )
    source: checks.WikiSource = _setting(
        "danbooru", f"{', '.join(WIKIS)}, or a file with wiki pages (.csv .csv.gz .jsonl .jsonl.gz .parquet)"
    )
    wiki_url: checks.WikiUrl = _setting(
        "", "address of the wiki; empty: the usual one of the source", WIKIS["danbooru"].address
    )
    wiki_login: str = _setting("", "user name at the wiki, or TAGSCRIBE_WIKI_LOGIN in the environment")
    wiki_api_key: SecretStr = _setting(
        "", "API key at the wiki, or TAGSCRIBE_WIKI_API_KEY in the environment"
    )
    user_agent: str = _setting(
        "", "how the program names itself to the wiki; empty: Tagscribe, its version and the login"
    )
    min_post_count: int = _setting(
        "0",
        "tags on fewer posts than this are explained by the first sentence of their page, without a model",
        ge=0,
    )
    cache: checks.PathFromConfig = _setting("tags_cache.json", "file that keeps what each tag means")


class InterrogatorSettings(StageSettings):
    """[Interrogator]: stage 2, what a vision model sees."""

    skip: bool = _setting("True", "whether this stage is skipped; False needs a vision model")
    prompt_template_file: checks.Template = _setting(
        "interrogator_prompt_template.txt", "template of the request that goes with each picture"
    )
    max_image_side: int = _setting(
        "1024",
        "pictures are sent with at most this many pixels on the long side, by the Interpreter too",
        ge=28,
        le=16384,
    )

    @property
    def must_see(self) -> bool:
        """The stage is about seeing."""
        return True


class InterpreterSettings(StageSettings):
    """[Interpreter]: stage 3, the caption."""

    sees: checks.AutoOrTruth = _setting(
        "auto",
        "whether the model is sent each picture along with its tags: True, False, or auto (where it is known "
        "to see and runs on this computer, no description is made, and no template says that it cannot see)",
        "True",
    )
    prompt_template_file: checks.Templates = _setting(
        "auto",
        "template of the request for a caption: auto (the short one that fits: picture sent, described, or "
        "neither) or a name; several names, with commas between them, make several captions",
        "interpreter_prompt_template.txt",
    )
    style: checks.Style = _setting(
        "prose",
        "form of the captions, as a base model wants it: prose, tags, anima, illustrious, noobai, pony7, "
        "chroma, flux2, krea2, z-image, qwen-image, lumina2, newbie, ideogram4, or a file of your own",
        "anima",
    )
    variants: checks.Variants = _setting(
        "",
        "several captions of each picture: long, medium, short, tags, all-tags (with hidden traits), and "
        "tags+short or short+tags joined as the style says, in the order wanted; empty: one, as style and "
        "template say",
        "tags, short, tags+short",
    )
    language: checks.Language = _setting(
        "en",
        "language that captions and descriptions must be in, such as en, de or ja; empty: any; the prompt "
        "has to ask for it, and only English is held against the tags",
        "de",
    )
    floor: Literal["draft", "none"] = _setting(
        "draft",
        "what stands in for a model's caption that is surely worse: draft (composed from the tags) or none",
    )
    repairs: int = _setting(
        "1",
        "how often a caption that contradicts its tags, misses a name or says a hidden trait is mended by a "
        "sentence",
        ge=0,
        le=5,
    )
    min_coverage: float = _setting(
        "0.5",
        "share of its tags, from 0 to 1, that a caption must say; below, it is mended or the draft is kept",
        ge=0,
        le=1,
    )
    reading: Literal["auto", "always", "never"] = _setting(
        "auto",
        "whether the model reads its caption again for tags that are said in other words: auto (where a "
        "repair or the draft depends on it), always or never",
    )
    prefix: str = _setting("", "words before every caption, after the trigger word", "An anime illustration.")
    suffix: str = _setting("", "words after every caption", ", in the style of a fairy tale")
    strip: checks.Patterns = _setting(
        "",
        "regular expressions, one a line, further ones indented; what they match is removed from captions; a "
        "caption on which they take longer than a second fails",
        r"\s*\((?:left|right)\)",
    )
    max_words: checks.OptionalInt = _setting(
        "", "a caption of more words is reported; empty: no limit", "120", ge=1
    )
    max_tokens_clip: checks.OptionalInt = _setting(
        "",
        "a caption of more CLIP tokens than this is reported; they are estimated, and CLIP reads 75; empty: "
        "no limit",
        "75",
        ge=1,
    )
    tokenizer_file: checks.OptionalPath = _setting(
        "",
        "tokenizer.json of the text encoder, to count the tokens of which a style has a limit; empty: they "
        "are estimated",
        "tokenizer.json",
    )
    shorten: bool = _setting(
        "False",
        "whether a caption over max_words, max_tokens_clip or the limit of its style loses the sentences at "
        "its end",
    )

    @property
    def must_see(self) -> bool:
        """With auto a model that cannot see serves as well."""
        return self.sees is True

    @property
    def may_be_english(self) -> bool:
        """Whether captions may be in English, the one language that the check reads."""
        return self.language.lower().replace("_", "-").partition("-")[0] in ("", "en")

    @property
    def caption_names(self) -> tuple[str, ...]:
        """What the captions of one picture are called, in their order; usually there is one."""
        variants = self.variants or ("caption",)
        templates = self.prompt_template_file.named
        if len(templates) < 2:
            return variants
        return tuple(f"{path.stem} {variant}" for path in templates for variant in variants)


class ClusterSettings(Section):
    """[Cluster]: a run over shards on many machines."""

    ray: checks.RayAddress = _setting(
        "",
        "auto (the Ray cluster that this computer belongs to) or its address: one run then has all its "
        "machines caption shards; empty: this computer alone",
        "10.0.0.1:6379",
    )


class Settings(BaseModel):
    """All of config.ini; made from the names of its sections."""

    model_config = ConfigDict(frozen=True, alias_generator=to_pascal)

    dataset: DatasetSettings
    tags: TagsSettings
    tag_provider: TagProviderSettings
    interrogator: InterrogatorSettings
    interpreter: InterpreterSettings
    cluster: ClusterSettings

    @property
    def stages(self) -> dict[str, StageSettings]:
        """The sections of the stages by their names, in the order of a run."""
        return {to_pascal(name): getattr(self, name) for name in _STAGES}

    @property
    def servers(self) -> int:
        """How many servers a stage has at most, where its url names several."""
        return max(len(stage.endpoint.urls) for stage in self.stages.values())

    def asking(self, server: int) -> Settings:
        """The settings of a machine that asks the server of this number in each stage."""
        changed = {}
        for name in _STAGES:
            stage: StageSettings = getattr(self, name)
            urls = stage.endpoint.urls
            endpoint = stage.endpoint.model_copy(update={"url": urls[server % len(urls)]})
            changed[name] = stage.model_copy(update={"endpoint": endpoint})
        return self.model_copy(update=changed)


SECTIONS: Mapping[str, type[Section]] = {
    "Endpoint": EndpointSettings,
    "Dataset": DatasetSettings,
    "Tags": TagsSettings,
    "TagProvider": TagProviderSettings,
    "Interrogator": InterrogatorSettings,
    "Interpreter": InterpreterSettings,
    "Cluster": ClusterSettings,
}
