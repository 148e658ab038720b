"""Taking an answer out of its wrapping: left-over tokens, fences, labels, the chat before and after it."""

import re

from llm.replies.characters import capitalized, even_spacing
from llm.replies.quotations import own_words
from llm.replies.rare import Rare

# Where one turn ends and another begins. A server that knows the wrong one lets the model play on alone.
_END_OF_TURN = re.compile(
    r"<\|(?:im_end|im_start|eot_id|eom_id|end|endoftext|end_of_text|return|user|system|end_of_turn"
    r"|END_OF_TURN_TOKEN|END_RESPONSE|end_of_sentence|start_header_id)\|>|</s>|<(?:end_of_turn"
    r"|start_of_turn|end_of_utterance|eos)>|<turn\|>|\[/?INST\]|<｜[^<>｜\n]{1,40}｜>"
)
_TOKEN = re.compile(
    r"<\|?[a-z_]{1,20}\|>|<\|[\w /.-]{1,40}\|?>|</?s>|<｜[^<>｜\n]{1,40}｜>|\[/?INST\]|<</?SYS>>|<(?:bos|eos"
    r"|pad|unk|end_of_turn|start_of_turn|end_of_utterance|image|image_soft_token|unused\d{1,4})>"
    r"|<(?:0x[0-9A-F]{2}|extra_id_\d{1,3})>|(?<!\w)/(?:no_)?think\b",
    re.IGNORECASE,
)
_TURN_HEAD = re.compile(
    r"\A(?:\s?(?:<\|(?:im_start|start_header_id|start|turn)\|?>|<start_of_turn>|<｜)\s?(?:assistant"
    r"|model)\b(?:<\|end_header_id\|>|｜>|<\|message\|>|:)?|\s?</?s>|\s?\[/INST\]|\s?<\|(?:begin_of_text"
    r"|assistant|end)\|>|\s?<bos>|\s?assistant\n)+"
)

FENCE_LINE = Rare(re.compile(r"^ ?(?:```|~~~)[\w+-]{0,20}$", re.MULTILINE), ("```", "~~~"))
_RULE_LINE = re.compile(r"(?:\A(?:[-*_=]{3,}\n+)+)|(?:(?:\n+[-*_=]{3,})+\Z)")
_RULE_MARKS = ("-", "*", "_", "=")
_BOLD = re.compile(r"\*\*\*?([^*\n]+)\*\*\*?")
_ITALIC = re.compile(r"(?<![\w*])\*(?![\s*])([^*\n]{1,400})(?<!\s)\*(?![\w*])")
_LONE_BULLET = re.compile(r"\A(?:[-*•>] |\d{1,2}[.)] (?=[A-Z]))(?=[^\n]*\Z)")

_NOUN = (
    r"(?:captions?|descri\w+|prompts?|summary|sentences?|paragraphs?|version|answer|response|text|rewrite"
    r"|output)"
)
_LABEL_WORDS = (
    r"(?:(?:final|short|long|brief|concise|detailed|image|picture|photo|training|natural[- ]language"
    r"|revised|updated|full|one-sentence|english|main|suggested|plain|new|generated) ){0,3}(?:caption"
    r"|description|answer|output|response|result|summary|prompt|sentence|paragraph|alt text|assistant)"
)
_LABEL = re.compile(
    # the second form is a heading or a bold line
    rf"\A(?:#{{1,6}} )?[*_]{{0,3}}{_LABEL_WORDS}(?: #?\d)?[*_]{{0,3}}(?: \([^()\n]{{0,40}}\))?"
    r"(?: for [^:\n]{0,60})?[*_]{0,3} ?[:：][*_]{0,3}\s*"
    rf"|\A(?:#{{1,6}} |[*_]{{2,3}}){_LABEL_WORDS}[*_]{{0,3}}\n+",
    re.IGNORECASE,
)
_LABELLED_LINE = re.compile(
    rf"\n ?(?:[-*•] )?(?:#{{1,6}} )?[*_]{{0,3}}(?:{_LABEL_WORDS}|option|version)(?: #?\d)?[*_]{{0,3}} ?[:：]",
    re.IGNORECASE,
)
_INTERJECTION = re.compile(
    r"\A(?:sure(?: thing)?|certainly|of course|absolutely|okay|ok|alright|all right|got it|understood"
    r"|gladly|no problem|great question|yes|my pleasure|(?:i'd be )?(?:happy"
    r"|glad) to help(?: you)?(?: with (?:that|this))?|hello|hi there|hi|thank(?:s| you) for [^.!:\n]{1,60}"
    r"|here you (?:go|are)|as requested)(?:[!.,:]+| [–—-])\s*",
    re.IGNORECASE,
)
_ANNOUNCEMENT = re.compile(
    r"\A(?:based on [^,:\n]{0,80}, )?(?:here(?:'s| is| are)|below is|the following is|this is (?:my|your"
    r"|the)|i(?:'ve| have) \w+"
    rf"|the(?= (?:\w+ )?{_NOUN} (?:is|would be"
    rf"|could be)))\b[^:.\n]{{0,120}}?\b{_NOUN}\b(?:[^:.\n]{{0,160}}:\s*|[^:\n]{{0,160}}\n+)",
    re.IGNORECASE,
)
_TRAILER = re.compile(
    r"(?:\n|(?<=[.!?…。)\]\"”'*])\s)\s?[*_(\[]{0,3}(?:let me know\b|(?:please )?feel free to\b"
    r"|(?:i )?hope (?:this|that|it)\b|please (?:let me|note|tell)\b|would you like\b|do you (?:want|need)\b"
    r"|if you(?:'d| would| want| need| have| prefer)\b|is there anything\b|(?:side |important )?notes?:"
    r"|note that\b|disclaimer:|(?:total )?word ?count\b|\(?~?\d{1,4} words\b|explanation:|this (?:caption"
    r"|description|prompt|paragraph|sentence|response|answer) (?:is|was|has been|should)\b|(?:this"
    r"|the) (?:\w+ )?(?:caption|description|prompt|paragraph|sentence|response"
    r"|answer) (?:captures?|incorporates?|includes?|follows|focus\w+"
    r"|aims?|uses?|avoids?|adheres?|provides?|covers?|reflects?|meets|describes?)\b|i(?:'ve| have) (?:kept"
    r"|avoided|tried|focused|included|made|used|written|followed|ensured|omitted)\b|i (?:kept|avoided|tried"
    r"|focused|included|used|followed|omitted)\b|it(?:'s| is) (?:important|worth) (?:to )?not\w+\b"
    r"|i can (?:also )?(?:adjust|make|provide|write|shorten|expand)\b)",
    re.IGNORECASE,
)


def drop_tokens(text: str) -> str:
    """The first turn of an answer without the special tokens that a server should have taken out."""
    text = _TURN_HEAD.sub("", text).lstrip()
    end = _END_OF_TURN.search(text)
    if end and text[: end.start()].strip():
        text = text[: end.start()]
    return even_spacing(_TOKEN.sub(" ", text)) if "<" in text or "[" in text or "/" in text else text


def drop_fences(text: str) -> str:
    """The text without the lines of one code fence, and without rules drawn above and below."""
    if FENCE_LINE.may_be_in(text) and len(FENCE_LINE.pattern.findall(text)) in (1, 2):
        text = FENCE_LINE.pattern.sub("", text)
    if text.startswith(_RULE_MARKS) or text.endswith(_RULE_MARKS):
        text = _RULE_LINE.sub("", text)
    return even_spacing(text)


def drop_label(text: str) -> str:
    """The text without `Caption:` or a heading of that kind before it; several labels stay, to be judged."""
    label = _LABEL.match(text)
    if label is None or _LABELLED_LINE.search(text):
        return text
    return text[label.end() :]


def has_several_labels(text: str) -> bool:
    """Whether an answer falls into labelled parts, of which nobody asked for more than one."""
    return _LABELLED_LINE.search(text) is not None


def drop_emphasis(text: str) -> str:
    """The text without bold and italic marks, and without a bullet if it is all one point."""
    if "*" not in text and _LONE_BULLET.match(text) is None:
        return text
    return _LONE_BULLET.sub("", _ITALIC.sub(r"\1", _BOLD.sub(r"\1", text)))


def drop_greeting(text: str) -> str:
    """The text without `Sure!` and `Here is the caption:` before it."""
    start = 0
    plain = text[:400].replace("’", "'")
    for opening in (_INTERJECTION, _ANNOUNCEMENT):
        found = opening.match(plain[start:])
        if found:
            start += found.end()
    in_mid_sentence = plain[:start].endswith(", ")
    return capitalized(text[start:]) if in_mid_sentence else text[start:]


def drop_trailer(text: str) -> str:
    """The text without `Let me know if …` and notes about itself after it."""
    trailer = _TRAILER.search(own_words(text))
    if trailer is None:
        return text
    return text[: trailer.start()].rstrip(" \n*_-(")
