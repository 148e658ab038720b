"""Taking an answer out of its wrapping: thoughts, left-over tokens, fences, labels, the chat around it.

Servers are meant to put a model's thoughts elsewhere (`reasoning_content`), but many leave them in the
answer: between marks that differ by model family, with the opening mark removed by the chat template, or
without a closing mark.
"""

import re

from llm.replies.text import RarePattern, capitalized, mask_quotations, normalize_spacing

_TAGS = r"(?:[a-z]{2,10}:)?(?:think|thinking|thought|thoughts|reasoning|reflection|analysis|scratchpad)"

# For each family of models: what opens the thoughts, and what closes them.
_MARKS = (
    (rf"<{_TAGS}(?:\s[^<>\n]{{0,60}})?>", rf"</{_TAGS}\s?>"),  # DeepSeek, Qwen, GLM, Seed-OSS, EXAONE
    (r"\[THINK\]", r"\[/THINK\]"),  # Magistral
    (r"◁think▷", r"◁/think▷"),  # Kimi
    (r"<\|begin_of_thought\|>", r"<\|end_of_thought\|>"),  # Sky-T1 and its kin
    (r"<\|START_THINKING\|>", r"<\|END_THINKING\|>"),  # Command A
    (r"<\|channel>\s?thought\b", r"<channel\|>"),  # Gemma 4
    (
        r"<\|channel\|>\s?(?:analysis|commentary)\b",  # gpt-oss ("harmony")
        r"<\|channel\|>\s?final\b[^\n]{0,60}?<\|message\|>",
    ),
    (r"(?-i:\Aanalysis(?=[A-Z]))", r"(?-i:assistantfinal)"),  # the same after a server dropped the marks
    (r"\AHere(?:'s| is) my thought process:", r"\bHere(?:'s| is) my response:"),  # Granite
    (r"<details\b[^<>\n]{0,100}>", r"</details>"),  # web front ends that fold the thoughts away
)
MARK = RarePattern(
    re.compile(
        "|".join(f"(?P<open{row}>{marks[0]})|(?P<close{row}>{marks[1]})" for row, marks in enumerate(_MARKS)),
        re.IGNORECASE,
    ),
    ("<", "[", "◁", "analysis", "assistantfinal", "my thought process:", "my response:"),
)
_ANSWER = re.compile(
    r"<(answer|final_answer|conclusion|caption|output|response)>(.*?)(?:</\1>|\Z)",
    re.IGNORECASE | re.DOTALL,
)

_ALOUD = re.compile(
    r"\A(?:(?:okay|ok|alright|hmm+|well|so|right|got it|now|first"
    r"|wait)[,.!]* ){0,3}(?:the user(?:'s)? (?:wants?|asks?|asked|is asking|has (?:asked|given|provided)"
    r"|provided|gave|needs|request|prompt)|i (?:need|have|should|must|want|will|am going) to\b|i should\b"
    r"|i'll (?:start|begin|need|write|describe)|let me (?!know)|let's |we (?:need|have|must"
    r"|should) (?:to )?(?:write|produce|describe|create|output|generate|craft)|thinking process\b|my task\b"
    r"|the (?:task|prompt|request|instructions?) (?:is|are|says?|asks?|wants?)\b|looking at the (?:tags"
    r"|prompt|request|tag list)\b)",
    re.IGNORECASE,
)

# Where one turn ends and another begins. If the server waits for another mark, the model goes on by itself.
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

FENCE_LINE = RarePattern(re.compile(r"^ ?(?:```|~~~)[\w+-]{0,20}$", re.MULTILINE), ("```", "~~~"))
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
MARKUP = RarePattern(
    re.compile(
        r"^ ?#{1,6} \S"  # heading
        r"|^ ?\|.+\|$|\|[-: ]{3,40}\|"  # table
        r"|^ ?(?:[-*•+] |\d{1,2}[.)] )[^\n]*\n{1,2} ?(?:[-*•+] |\d{1,2}[.)] )"  # list
        r"|^ ?[A-Z]\w{2,15}(?: \w{2,15})?: ?[^\n]*\n{1,2} ?[A-Z]\w{2,15}(?: \w{2,15})?:"  # labelled lines
        r"|\A1[.)] .{1,600}\s2[.)] "
        r"|```|~~~"
        r"|\A\s?[\[{]\s?[\"'{]|\A\s?\{[^\n]{0,200}\":|[\"\]}]\}\Z"  # JSON
        r"|</?(?:p|br|div|span|b|i|u|em|strong|ul|ol|li|h[1-6]|table|t[dr]|a|img)(?: [^<>\n]{0,200})?/?>"
        r"|!?\[[^\[\]\n]{1,100}\]\(https?:|\\(?:boxed|text|begin)\{",
        re.IGNORECASE | re.MULTILINE,
    ),
    ("#", "|", "`", "~", "[", "]", "{", "}", "<", "\\", "\n", "1.", "1)"),
)


def after_reasoning(text: str) -> str | None:
    """The answer without the thoughts before it; None if the thoughts never end or nothing follows them.

    A closing mark without an opening one ends thoughts whose opening mark the server removed, so everything
    before it is dropped.
    """
    if not MARK.may_match(text):
        return text.strip()
    kept: list[str] = []
    end, thinking, found = 0, False, False
    for mark in MARK.pattern.finditer(text):
        found = True
        if (mark.lastgroup or "").startswith("close"):
            kept = kept if thinking else []
            thinking = False
        elif not thinking:
            kept.append(text[end : mark.start()])
            thinking = True
        end = mark.end()
    answer = "".join([*kept, text[end:]]).strip()
    if thinking or (found and not answer):
        return None
    return answer


def inside_answer_tags(text: str) -> str:
    """What is inside the last `<answer>…</answer>` (or `<caption>` …); the whole text if there is none."""
    answer = text
    for tagged in _ANSWER.finditer(text):
        answer = tagged.group(2)
    return answer.strip()


def thinks_aloud(text: str) -> bool:
    """Whether an answer begins with thoughts about the task, without any mark around them."""
    return _ALOUD.match(text.replace("’", "'")) is not None


def drop_tokens(text: str) -> str:
    """The first turn of an answer, without the special tokens that the server should have removed."""
    text = _TURN_HEAD.sub("", text).lstrip()
    end = _END_OF_TURN.search(text)
    if end and text[: end.start()].strip():
        text = text[: end.start()]
    return normalize_spacing(_TOKEN.sub(" ", text)) if "<" in text or "[" in text or "/" in text else text


def drop_fences(text: str) -> str:
    """The text without the lines of one code fence, and without rules above and below it."""
    if FENCE_LINE.may_match(text) and len(FENCE_LINE.pattern.findall(text)) in (1, 2):
        text = FENCE_LINE.pattern.sub("", text)
    if text.startswith(_RULE_MARKS) or text.endswith(_RULE_MARKS):
        text = _RULE_LINE.sub("", text)
    return normalize_spacing(text)


def drop_label(text: str) -> str:
    """The text without `Caption:` or a similar heading before it; several labels stay and are rejected."""
    label = _LABEL.match(text)
    if label is None or _LABELLED_LINE.search(text):
        return text
    return text[label.end() :]


def drop_emphasis(text: str) -> str:
    """The text without bold and italic marks, and without a bullet if it is a single point."""
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
    """The text without `Let me know if …` and other remarks after it."""
    trailer = _TRAILER.search(mask_quotations(text))
    if trailer is None:
        return text
    return text[: trailer.start()].rstrip(" \n*_-(")


def is_marked_up(text: str) -> bool:
    """Whether the text holds headings, lists, tables, code, JSON or HTML, or several labelled parts."""
    return MARKUP.matches(text) or ("\n" in text and _LABELLED_LINE.search(text) is not None)
