"""Telling what a model thought from what it answered.

Servers are meant to put the thoughts elsewhere (`reasoning_content`), but many leave them in the answer:
between marks that differ by model family, with the opening mark eaten by the chat template, or never closed.
"""

import re

from llm.replies.rare import Rare
from llm.replies.verdicts import rejection

_TAGS = r"(?:[a-z]{2,10}:)?(?:think|thinking|thought|thoughts|reasoning|reflection|analysis|scratchpad)"

# One row a family: what opens the thoughts, what closes them.
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
MARK = Rare(
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


def drop_reasoning(text: str) -> str:
    """What a model answered, without what it thought before.

    A closing mark without an opening one ends thoughts whose opening the server ate, so all before it goes.
    Raises ItemError "reasoning without an answer" if the thoughts never end or nothing follows them.
    """
    if not MARK.may_be_in(text):
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
        raise rejection("reasoning without an answer", text)
    return answer


def inside_answer_tags(text: str) -> str:
    """What stands in the last `<answer>…</answer>` (or `<caption>` …), or all if there is none."""
    answer = text
    for tagged in _ANSWER.finditer(text):
        answer = tagged.group(2)
    return answer.strip()


def thinks_aloud(text: str) -> bool:
    """Whether an answer begins with thoughts about the task that no mark sets apart."""
    return _ALOUD.match(text.replace("’", "'")) is not None
