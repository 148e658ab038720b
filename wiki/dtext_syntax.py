"""The constructs of DText, each as one pattern that the scanner looks for.

Both dialects are here together, Danbooru's (dtext_rb 1.13) and e621's (dtext): a construct that only one of
them has does not occur by accident on the other. Every repetition is bounded, or ends with text that the
match consumes, so that even a hostile page is read in linear time.
"""

from __future__ import annotations

import re

_ID_WORDS = (
    "post changes|post|appeal|flag|note|forum|topic|comment|dmail|pool|user|artist|ban|bur|alias|implication|"
    "favgroup|mod action|modreport|feedback|wiki|media asset|asset|issue|pull|commit|artstation|deviantart|"
    "nijie|pawoo|pixiv|seiga|twitter|yandere|sankaku|gelbooru|thumb|set|blip|ticket|record|"
    "take ?down(?: request)?"
)
_EMOTICON = r"(?-i:\|\|_\|\||\|_\||\|w\||<\|>_<\|>|\\\|\|/|>:\||>\|3|:\||:\{|:\}|\|[A-Za-z0-9])"
_TAG_IN_TITLE = r"\[/?[A-Za-z]{1,8}\]"
_ADDRESS = r"(?:https?://|mailto:|[/#])"
_FULL_ADDRESS = r"(?:https?://|mailto:)"

# Every tag there is, with the characters that may come after its name: "[i think so]" is no tag.
_TAGS = {
    "b|strong|i|em|s|u|tn|sup|sub|small|center|spoiler|spoilers|nodtext|table|blockquote": "",
    "br|hr": "/ ",
    "quote|color|code": "=",
    "thead|tbody|colgroup|col|tr|th|td": r" \t#",
    "expand|url|link(?==)|(?<=/)link": r"= \t",
    "section": "=,",
}
_KNOWN_TAG = "|".join(rf"(?:{names})[\]>{may_follow}]" for names, may_follow in _TAGS.items())

_CONSTRUCTS = {
    "newline": r"\n(?:[ \t]*\n)*",
    # [[tag]], [[tag|title]], [[tag (series)|]], [[tag#Heading]], and emoticons that hold a pipe, [[|_|]].
    "wiki_link": rf"\[\[(?P<wiki_target>[ \t]*{_EMOTICON}[ \t]*(?=\||\]\])|[^\[\]|\n]{{1,300}})"
    rf"(?:\|[ \t]*(?P<wiki_title>(?:[^\[\]|\n]|{_TAG_IN_TITLE}){{0,300}}))?(?P<wiki_close>\]\])",
    # {{tag tag}}, {{tag tag|title}}, {{tag_(series)|}}.
    "search_link": rf"\{{\{{(?P<search_target>[ \t]*[~-]?{_EMOTICON}[ \t]*(?=\||\}}\}})|[^|{{}}\n]{{1,500}})"
    r"(?:\|[ \t]*(?P<search_title>[^{}\n]{0,300}))?(?P<search_close>\}\})",
    "unclosed": r"\[\[|\{\{",
    "tag": rf"[\[<](?=/?(?:{_KNOWN_TAG}))(?:"
    r"(?<=\[)(?P<end>/?)(?P<name>[a-z]+)(?P<rest>[ \t=,#][^\[\]\n]{0,200})?\]"
    r"|(?<=<)(?P<html_end>/?)(?P<html_name>[a-z]+)(?P<html_rest>[ \t=/][^<>\n]{0,200})?>)",
    # [address](title), up to the title.
    "backwards_link": rf"\[{_ADDRESS}[^\s\[\]]{{0,500}}\]\((?=[^)\n]{{1,500}}(?P<backwards_close>\)))",
    # [title](address), only the opening bracket.
    "markdown_link": rf"\[(?=(?:[^\[\]\n]|{_TAG_IN_TITLE}){{1,300}}"
    rf"(?P<markdown_close>\])(?P<markdown_address>\({_ADDRESS}(?:[^\s()]|\([^\s()]{{0,300}}\)){{0,2000}}\)))",
    "invisible": r"\[(?:#[\w-]{1,200}|(?:ta|ti|bur):\d{1,12})\]",
    "angle_address": rf"<(?P<angle>{_FULL_ADDRESS}[^\s<>]{{1,2000}})>",
    "mention": r"<(?P<mentioned>@[^\s<>][^<>\n]{0,200})>",
    "html_link": r"<a[ \t]+href=\"[^\">\n]{1,500}\"[ \t]*>|</a>",
    # "title":address, which is bare, relative, #anchor, or in brackets. Only the opening quotation mark.
    "textile_link": r"\"(?=[^\"\n]{1,500}(?P<textile_close>\"):"
    rf"(?P<textile_address>(?P<boxed>\[{_ADDRESS}[^\s\]\"]{{0,500}}\])|{_ADDRESS}[^\s<>\"]))",
    "entity": r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});",
    "closing": r"[\]})]|\"(?=:)",
    # `code`, in e621's dialect. The characters around it matter, because faces have back-ticks too.
    "inline_code": r"(?<![^\s(\[{\"'])`(?![\s`])(?P<code>(?:\\`|[^`\n]){1,500})(?<!\s)`"
    r"(?=[\s.,;:!?)\]}\"'/-]|\Z)",
    "escaped_tick": r"\\`",
    "address": rf"{_FULL_ADDRESS}(?=[^\s<>\"])",
    "number": rf"!?(?<![^\W_])(?:{_ID_WORDS}) \#\d+(?:/p\d+|/[\w=-]{{1,200}})?",
}
_ALTERNATIVES = [f"(?P<{name}>{each})" for name, each in _CONSTRUCTS.items()]
# Only the last two can begin with a letter: to try no others there halves the time for prose.
TOKEN = re.compile(
    f"(?![ a-z])(?:{'|'.join(_ALTERNATIVES[:-2])})|{'|'.join(_ALTERNATIVES[-2:])}", re.IGNORECASE
)
"""Any construct in a line; the last group has its name."""

LINE_START = re.compile(
    r"[ \t]*(?:(?P<header>h[1-6](?:\#[\w/\#!:&-]{1,200})?\.)"
    r"|(?P<embed>(?P<star>\*[ \t]+)?!(?:post|asset) \#\d+[ \t]*:?)"
    r"|(?P<item>\*+(?:\#[\w-]{1,200})?(?=[ \t]))"
    r"|(?P<fence>```[ \t]*[a-z0-9]*[ \t]*\n))[ \t]*",
    re.IGNORECASE,
)
"""What is a construct only at the beginning of a line."""

VERBATIM_END = {
    "code": re.compile(r"\n?(?:\[/code\]|</code>)", re.IGNORECASE),
    "nodtext": re.compile(r"\n?(?:\[/nodtext\]|</nodtext>)", re.IGNORECASE),
    "fence": re.compile(r"\n```[ \t]*(?=\n|\Z)"),
}
ANCHOR = re.compile(r"(?<=.)#[A-Z][\w -]*\Z")
QUALIFIER = re.compile(r"[ _]\([^()]+\)\Z")
CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1b\x7f\u200b\u2060\ufeff]")

_ADDRESS_RUN = re.compile(
    r"[^\s<>\"\u276d\u3000-\u3002\u3008-\u3011\u3014-\u301c\uff09\uff3d\uff5d\uff60\uff63]+"
)


def address_end(text: str, start: int, upto: int) -> int:
    """Where a bare address ends, without what ends the sentence around it: a bracket that it did not open."""
    run = _ADDRESS_RUN.match(text, start, upto)
    address = run.group().partition("[/")[0] if run else ""
    surplus = {")": address.count(")") - address.count("("), "]": address.count("]") - address.count("[")}
    end = len(address)
    while end and (address[end - 1] in "\"':;,.?!" or surplus.get(address[end - 1], 0) > 0):
        if address[end - 1] in surplus:
            surplus[address[end - 1]] -= 1
        end -= 1
    return start + end
