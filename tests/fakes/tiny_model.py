"""Two tiny models with random weights, so that llama.cpp's real server can be tested without a download.

The text model speaks a fixed grammar: each token carries the signal of one place in the sentence, and
each place lists the words that may follow it. Which of these words comes is decided by the random rest
of the network, hence by the whole prompt. So every answer is one caption of 19 words that ends by itself.
"""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from string import ascii_lowercase

import numpy as np
from gguf import GGUFWriter, TokenType
from numpy.typing import NDArray

Array = NDArray[np.float32]

SENTENCE = tuple(
    place.split()
    for place in (
        "A The One This",
        "small large young quiet sleepy cheerful",
        "brown white black grey spotted golden",
        "dog cat horse fox rabbit owl goat duck",
        "sits stands waits rests plays stretches",
        "quietly happily alone calmly lazily",
        "on beside near under behind",
        "a",
        "wooden metal narrow broken painted",
        "bench table wall gate bridge boat cart",
        "with among between",
        "yellow green red blue purple",
        "flowers leaves apples books baskets lanterns",
        "while as",
        "clouds birds children boats shadows",
        "drift pass gather move wander",
        "over above through across",
        "the",
        "fields. hills. river. park. village. garden.",
    )
)
_SPACE = "\u2581"  # what the tokenizer writes for the space before a word
_WORDS = [_SPACE + word for place in SENTENCE for word in place]
_ROLES = ["system", "user", "assistant"]
_TURN_START, _TURN_END = "<|im_start|>", "<|im_end|>"
_TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)

WIDTH, LAYERS, HEADS, HIDDEN = 64, 2, 2, 128
_PLACES = len(SENTENCE) + 1  # the last place is the end of the turn
_SIGNAL = 4.0  # how loud a token says its place, beside random components of size one
_CERTAINTY = 12.0  # what the signal is multiplied by in the output: a wrong place has no chance

_IMAGE_SIDE, _PATCH = 56, 14


def write_text_model(path: Path, context: int, hidden: int = HIDDEN) -> None:
    """Write a llama with `context` tokens of context, about 1 MB, and 1.5 kB for each of `hidden`."""
    random = np.random.default_rng(1)
    tokens = list(_vocabulary())
    writer = GGUFWriter(path, "llama")
    _describe_text_model(writer, context, hidden)
    _describe_tokens(writer, tokens)
    embedding, output = _grammar(random, [text for text, _ in tokens])
    writer.add_tensor("token_embd.weight", embedding)
    writer.add_tensor("output_norm.weight", _ones(WIDTH))
    writer.add_tensor("output.weight", output)
    for layer in range(LAYERS):
        _add_text_layer(writer, random, f"blk.{layer}", hidden)
    _write(writer)


def write_vision_projector(path: Path, width: int = WIDTH) -> None:
    """Write the vision tower that turns a picture into 16 tokens of the text model, about 0.5 MB.

    With another `width` it belongs to another model.
    """
    random = np.random.default_rng(2)
    writer = GGUFWriter(path, "clip")
    _describe_vision_tower(writer)
    writer.add_tensor("v.class_embd", _noise(random, WIDTH))
    writer.add_tensor("v.patch_embd.weight", _noise(random, WIDTH, 3, _PATCH, _PATCH))
    patches = (_IMAGE_SIDE // _PATCH) ** 2
    writer.add_tensor("v.position_embd.weight", _noise(random, patches + 1, WIDTH))
    _add_layer_norm(writer, "v.pre_ln")
    for layer in range(LAYERS):
        _add_vision_layer(writer, random, f"v.blk.{layer}")
    _add_layer_norm(writer, "v.post_ln")
    _add_linear(writer, random, "mm.0", WIDTH, HIDDEN)
    _add_linear(writer, random, "mm.2", HIDDEN, width)
    _write(writer)


def _vocabulary() -> Iterator[tuple[str, TokenType]]:
    """Yield the tokens, the likelier merges first.

    The tokenizer joins two neighbours at a time, so each beginning of a word must be a token too. Pairs of
    letters halve the length of all the other text.
    """
    yield "<unk>", TokenType.UNKNOWN
    yield from ((text, TokenType.CONTROL) for text in (_TURN_START, _TURN_END))
    yield from ((f"<0x{byte:02X}>", TokenType.BYTE) for byte in range(256))
    beginnings = [word[:length] for word in [*_WORDS, *_ROLES] for length in range(2, len(word))]
    letters = [_SPACE, *map(chr, range(33, 127))]
    pairs = ["".join(pair) for pair in product([_SPACE, *ascii_lowercase], ascii_lowercase)]
    texts = dict.fromkeys([*_WORDS, *_ROLES, *beginnings, *pairs, *letters])
    yield from ((text, TokenType.NORMAL) for text in texts)


def _grammar(random: np.random.Generator, texts: list[str]) -> tuple[Array, Array]:
    """Return embedding and output matrix: component k of a token says that place k is next."""
    embedding, output = _noise(random, len(texts), WIDTH, size=1), _noise(random, len(texts), WIDTH, size=0.3)
    embedding[:, :_PLACES] = output[:, :_PLACES] = 0
    place_of = {_SPACE + word: place for place, words in enumerate(SENTENCE) for word in words}
    for token, text in enumerate(texts):
        embedding[token, place_of.get(text, -1) + 1] = _SIGNAL
        if text in place_of:
            output[token, place_of[text]] = _CERTAINTY
    output[texts.index(_TURN_END), _PLACES - 1] = _CERTAINTY
    return embedding, output


def _describe_text_model(writer: GGUFWriter, context: int, hidden: int) -> None:
    writer.add_name("tiny-random-llama")
    writer.add_file_type(0)
    writer.add_context_length(context)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(hidden)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDTH // HEADS)


def _describe_tokens(writer: GGUFWriter, tokens: list[tuple[str, TokenType]]) -> None:
    texts = [text for text, _ in tokens]
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list([text.encode() for text in texts])
    writer.add_token_scores([-float(rank) for rank in range(len(tokens))])
    writer.add_token_types([int(kind) for _, kind in tokens])
    writer.add_unk_token_id(0)
    writer.add_bos_token_id(texts.index(_TURN_START))
    writer.add_eos_token_id(texts.index(_TURN_END))
    writer.add_add_bos_token(False)
    writer.add_add_space_prefix(False)
    writer.add_chat_template(_TEMPLATE)


def _add_text_layer(writer: GGUFWriter, random: np.random.Generator, name: str, hidden: int) -> None:
    writer.add_tensor(f"{name}.attn_norm.weight", _ones(WIDTH))
    writer.add_tensor(f"{name}.ffn_norm.weight", _ones(WIDTH))
    for part in ("attn_q", "attn_k", "attn_v"):
        writer.add_tensor(f"{name}.{part}.weight", _noise(random, WIDTH, WIDTH, size=0.2))
    writer.add_tensor(f"{name}.ffn_gate.weight", _noise(random, hidden, WIDTH))
    writer.add_tensor(f"{name}.ffn_up.weight", _noise(random, hidden, WIDTH))
    writer.add_tensor(f"{name}.attn_output.weight", _quiet_about_places(_noise(random, WIDTH, WIDTH)))
    writer.add_tensor(f"{name}.ffn_down.weight", _quiet_about_places(_noise(random, WIDTH, hidden)))


def _quiet_about_places(weight: Array) -> Array:
    """Keep a layer from touching the components that hold the grammar."""
    weight[:_PLACES] = 0
    return weight


def _describe_vision_tower(writer: GGUFWriter) -> None:
    writer.add_name("tiny-random-vision")
    writer.add_file_type(0)
    writer.add_bool("clip.has_vision_encoder", True)
    writer.add_string("clip.projector_type", "mlp")
    writer.add_bool("clip.use_gelu", False)
    writer.add_uint32("clip.vision.image_size", _IMAGE_SIDE)
    writer.add_uint32("clip.vision.patch_size", _PATCH)
    writer.add_uint32("clip.vision.embedding_length", WIDTH)
    writer.add_uint32("clip.vision.feed_forward_length", HIDDEN)
    writer.add_uint32("clip.vision.projection_dim", WIDTH)
    writer.add_uint32("clip.vision.attention.head_count", HEADS)
    writer.add_float32("clip.vision.attention.layer_norm_epsilon", 1e-5)
    writer.add_uint32("clip.vision.block_count", LAYERS)
    writer.add_array("clip.vision.image_mean", [0.5, 0.5, 0.5])
    writer.add_array("clip.vision.image_std", [0.25, 0.25, 0.25])


def _add_vision_layer(writer: GGUFWriter, random: np.random.Generator, name: str) -> None:
    _add_layer_norm(writer, f"{name}.ln1")
    _add_layer_norm(writer, f"{name}.ln2")
    for part in ("attn_q", "attn_k", "attn_v", "attn_out"):
        _add_linear(writer, random, f"{name}.{part}", WIDTH, WIDTH)
    _add_linear(writer, random, f"{name}.ffn_up", WIDTH, HIDDEN)
    _add_linear(writer, random, f"{name}.ffn_down", HIDDEN, WIDTH)


def _add_linear(writer: GGUFWriter, random: np.random.Generator, name: str, inner: int, outer: int) -> None:
    writer.add_tensor(f"{name}.weight", _noise(random, outer, inner))
    writer.add_tensor(f"{name}.bias", _noise(random, outer))


def _add_layer_norm(writer: GGUFWriter, name: str) -> None:
    writer.add_tensor(f"{name}.weight", _ones(WIDTH))
    writer.add_tensor(f"{name}.bias", np.zeros(WIDTH, np.float32))


def _noise(random: np.random.Generator, *shape: int, size: float = 0.1) -> Array:
    return random.normal(0, size, shape).astype(np.float32)


def _ones(length: int) -> Array:
    return np.ones(length, np.float32)


def _write(writer: GGUFWriter) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
