"""Recognizing an answer that is marked up, or that hands back the prompt."""

import re

from llm.replies.characters import sentences
from llm.replies.quotations import own_words
from llm.replies.rare import Rare
from llm.replies.wrapping import has_several_labels

MARKUP = Rare(
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
_ECHO = re.compile(
    r"[*_#\[( ]{0,4}(?:"
    # headings of a prompt
    r"(?:tags?|tag list|tag (?:descriptions|meanings)|task|instructions?|rules|guidelines|requirements|input"
    r"|user|human|system|question|characters?|series|general|example(?: \d)?|output format"
    r"|(?:image|picture) description)[*_]{0,3} ?[:：]"
    r"|(?:user|system|assistant|inst|instructions?|tags|task)\]"
    r"|(?:instruction|input|response|user|assistant|human)[*_]{0,2}\n"
    # what a prompt tells the model to do
    r"|(?:write|describe|generate|create|provide|output|return) (?:an?|the|one|this|only|exactly)\b"
    r"[^.\n]{0,80}\b(?:caption|image|picture|description|sentence|paragraph)\b"
    r"|you are (?:an?|the)\b|your task\b|do not (?:mention|describe|use|write|include)\b"
    r"|use (?:only )?the (?:\w+ )?tags\b)",
    re.IGNORECASE,
)
# What a template was to fill in.
PLACEHOLDER = Rare(re.compile(r"\{\{ ?\w+ ?\}\}|\{% ?\w+|<<SYS>>", re.IGNORECASE), ("{{", "{%", "<<"))


def is_marked_up(text: str) -> bool:
    """Whether the text holds headings, lists, tables, code, JSON or HTML, or several labelled parts."""
    return MARKUP.is_in(text) or ("\n" in text and has_several_labels(text))


def repeats_the_prompt(text: str) -> bool:
    """Whether a part of the prompt came back: its labels, its instructions, an unfilled placeholder."""
    said = own_words(text)
    if any(_ECHO.match(said, first) for first, _ in sentences(said)):
        return True
    return PLACEHOLDER.is_in(said)
