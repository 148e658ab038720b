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

TOKEN = re.compile(
    r"(?P<newline>\n(?:[ \t]*\n)*)|(?P<wiki_link>\[\[)|(?P<bracket>\[)"
    r"|(?P<angle><(?=[a-z/@]))|(?P<search_link>\{\{)"
    r"|(?P<quotation>\"(?=[^\"\n]))|(?P<entity>&(?=[a-z#]))|(?P<closing>[\]})])|(?P<tick>\\?`)"
    r"|(?P<address>(?:https?://|mailto:)(?=[^\s<>\"]))"
    rf"|(?P<number>!?(?<![^\W_])(?:{_ID_WORDS}) \#\d+(?:/p\d+|/[\w=-]{{1,200}})?)",
    re.IGNORECASE,
)
"""What may begin or end a construct in a line; the group has the name of the handler."""

LINE_START = re.compile(
    r"[ \t]*(?:(?P<header>h[1-6](?:\#[\w/\#!:&-]{1,200})?\.)"
    r"|(?P<embed>(?P<star>\*[ \t]+)?!(?:post|asset) \#\d+[ \t]*:?)"
    r"|(?P<item>\*+(?=[ \t]))"
    r"|(?P<fence>```[ \t]*[a-z0-9]*[ \t]*\n))[ \t]*",
    re.IGNORECASE,
)
"""What is a construct only at the beginning of a line."""

_EMOTICON = r"(?:\|\|_\|\||\|_\||\|w\||<\|>_<\|>|\\\|\|/|>:\||>\|3|:\||:\{|:\}|\|[A-Za-z0-9])"
_TITLE_WITH_TAGS = r"(?:[^\[\]|\n]|\[/?[A-Za-z]{1,8}\]){0,300}"

WIKI_LINK = re.compile(
    rf"\[\[(?P<target>[ \t]*{_EMOTICON}[ \t]*(?=\||\]\])|[^\[\]|\n]{{1,300}})"
    rf"(?:\|[ \t]*(?P<title>{_TITLE_WITH_TAGS}))?(?P<close>\]\])"
)
"""[[tag]], [[tag|title]], [[tag (series)|]], [[tag#Heading]], and the emoticons that hold a pipe, [[|_|]]."""

SEARCH_LINK = re.compile(
    rf"\{{\{{(?P<target>[ \t]*[~-]?{_EMOTICON}[ \t]*(?=\||\}}\}})|[^|{{}}\n]{{1,500}})"
    r"(?:\|[ \t]*(?P<title>[^{}\n]{0,300}))?(?P<close>\}\})"
)
"""{{tag tag}}, {{tag tag|title}}, {{tag_(series)|}}."""

ANCHOR = re.compile(r"(?<=.)#[A-Z][\w -]*\Z")
QUALIFIER = re.compile(r"[ _]\([^()]+\)\Z")

_ADDRESS = r"(?:https?://|mailto:|[/#])"

TEXTILE_LINK = re.compile(
    r"\"(?=[^\"\n]{1,500}(?P<close>\"):"
    rf"(?P<address>(?P<boxed>\[{_ADDRESS}[^\s\]\"]{{0,500}}\])|{_ADDRESS}[^\s<>\"]))",
    re.IGNORECASE,
)
"""A quoted title, a colon, an address: bare, relative, #anchor, or in brackets. Matches the opening quote."""

MARKDOWN_LINK = re.compile(
    r"\[(?=(?:[^\[\]\n]|\[/?[A-Za-z]{1,8}\]){1,300}"
    rf"(?P<close>\])(?P<address>\({_ADDRESS}(?:[^\s()]|\([^\s()]{{0,300}}\)){{0,2000}}\)))",
    re.IGNORECASE,
)
"""[title](address); matches the opening bracket."""

BACKWARDS_LINK = re.compile(
    rf"\[{_ADDRESS}[^\s\[\]]{{0,500}}\]\((?=[^)\n]{{1,500}}(?P<close>\)))", re.IGNORECASE
)
"""[address](title); matches up to the title."""

HTML_LINK = re.compile(r"<a[ \t]+href=\"[^\">\n]{1,500}\"[ \t]*>|</a>", re.IGNORECASE)
ANGLE_ADDRESS = re.compile(r"<((?:https?://|mailto:)[^\s<>]{1,2000})>", re.IGNORECASE)
ANGLE_MENTION = re.compile(r"<(@[^\s<>][^<>\n]{0,200})>")
INVISIBLE = re.compile(r"\[(?:#[\w-]{1,200}|(?:ta|ti|bur):\d{1,12})\]", re.IGNORECASE)

ADDRESS_RUN = re.compile(
    r"[^\s<>\"\u276d\u3000-\u3002\u3008-\u3011\u3014-\u301c\uff09\uff3d\uff5d\uff60\uff63]+"
)
"""The longest that a bare address can be, before the punctuation at its end is taken off."""

INLINE_CODE = re.compile(
    r"(?<![^\s(\[{\"'])`(?![\s`])(?P<code>(?:\\`|[^`\n]){1,500})(?<!\s)`(?=[\s.,;:!?)\]}\"'/-]|\Z)"
)
"""`code`, in e621's dialect. The characters around it matter, because faces have back-ticks too."""

ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});", re.IGNORECASE)
CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")

TAG = re.compile(
    r"\[(?P<end>/?)(?P<name>[a-z]{1,10})(?P<rest>[ \t=,][^\[\]\n]{0,200})?\]"
    r"|<(?P<html_end>/?)(?P<html_name>[a-z]{1,10})(?P<html_rest>[ \t=/][^<>\n]{0,200})?>",
    re.IGNORECASE,
)

MAY_FOLLOW: dict[str, str] = {
    **dict.fromkeys(("b", "strong", "i", "em", "s", "u", "tn", "sup", "sub", "spoiler", "spoilers"), ""),
    **dict.fromkeys(("nodtext", "table", "blockquote"), ""),
    **dict.fromkeys(("br", "hr"), "/ "),
    **dict.fromkeys(("quote", "color", "code"), "="),
    **dict.fromkeys(("thead", "tbody", "colgroup", "col", "tr", "th", "td"), " \t"),
    "expand": "= \t",
    "section": "=,",
    "url": "= \t",
}
"""Every tag there is, with the characters that may come after its name: "[i think so]" is no tag."""

VERBATIM_END = {
    "code": re.compile(r"\n?(?:\[/code\]|</code>)", re.IGNORECASE),
    "nodtext": re.compile(r"\n?(?:\[/nodtext\]|</nodtext>)", re.IGNORECASE),
    "fence": re.compile(r"\n```[ \t]*(?=\n|\Z)"),
}
