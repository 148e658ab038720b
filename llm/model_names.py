"""What the name of a model tells, where its server does not."""

from __future__ import annotations

import re

# Parts of the names of models that embed, rank, sort, listen, speak or draw.
_NO_CHAT = re.compile(
    r"embed|rerank|colbert|minilm|whisper|moderation|diffusion|transcri|dall-?e|wav2vec|kokoro|musicgen"
    r"|paraphrase-|sentence-|gpt-image|gpt-realtime"
    r"|(?<![a-z0-9])(?:bge|gte|e5|clip|siglip|nomic|mxbai|tts|speech|voxtral|parler|orpheus|bark|sdxl|flux"
    r"|imagen|veo|sora|guard\d*|guardian|reward|davinci|babbage)(?![a-z0-9])"
    r"|llama-?guard|shieldgemma|gemini-(?:[\w.-]+-)?(?:image|live|native-audio)|lyria|(?<![a-z0-9])aqa(?![a-z0-9])"
)
# Parts of the names of models that see pictures.
_SEES = re.compile(
    r"vision|llava|pixtral|moondream|joycaption|toriigate|florence|molmo|idefics|smolvlm|multimodal|omni"
    r"|cogvlm|internvl|minicpm-?[vo](?![a-z])|llama-?4(?!\d)|gpt-(?:4o|4\.1|5)|claude|gemini"
    r"|gemma-?3n?(?!-?(?:270m|1b))(?![\w.]*:(?:270m|1b))(?![a-z0-9.])|gemma-?4(?!\d)"
    # From 3.5 on, Qwen's models see without saying so in their names.
    r"|qwen-?3\.[5-9](?!\d)"
    r"|mistral-(?:small-?3\.[12]|medium-?3)|glm-4\.\d+v|(?<![a-z])vlm?\d*(?![a-z])|\dvl(?![a-z])"
)


def is_for_chat(name: str) -> bool:
    """Whether a model of this name can be sent a chat request, as far as the name tells."""
    return not _NO_CHAT.search(name.lower())


def seems_to_see(name: str) -> bool:
    """Whether models of this name usually see pictures."""
    return bool(_SEES.search(name.lower()))
