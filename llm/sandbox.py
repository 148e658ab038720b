"""Restricts templates so that they fill in values and do nothing else.

People share templates with strangers, so a template must not be able to do harm. There is no loader, so it
cannot read files. There are no globals and no macros, and only a few methods of texts can be called, so it
cannot run other code or call itself. What is left always ends, but nested loops, or a text that is put into
itself, could take hours and gigabytes. So each rendering is limited to a number of steps and of characters
that is far more than a prompt needs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from types import BuiltinMethodType
from typing import Any

from jinja2 import (
    StrictUndefined,
    Template,
    TemplateRuntimeError,
    TemplateSyntaxError,
    meta,
    nodes,
    pass_context,
)
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

LONGEST = 1_000_000  # characters of one text, and of one rendered message
MOST_STEPS = 10_000  # rounds of all loops together

# What a template may consist of: text, values, conditions, and loops over values.
_NODES = (
    *(nodes.Output, nodes.TemplateData, nodes.If, nodes.For, nodes.Assign, nodes.Name, nodes.Const),
    *(nodes.List, nodes.Tuple, nodes.Getattr, nodes.Getitem, nodes.Slice, nodes.Filter, nodes.Call),
    *(nodes.Keyword, nodes.CondExpr, nodes.And, nodes.Or, nodes.Not, nodes.Compare, nodes.Operand),
    *(nodes.Test, nodes.Concat, nodes.Add, nodes.Sub, nodes.Neg),
)
# A variable that is set to itself twice in a row would double in length with every line.
_NEVER_SET = (nodes.Concat, nodes.List, nodes.Tuple)
_FILTERS = (
    *("capitalize", "count", "d", "default", "first", "last", "length", "list", "lower", "reverse", "sort"),
    *("string", "title", "trim", "truncate", "unique", "upper", "wordcount"),
)
_METHODS = {
    *("capitalize", "count", "endswith", "find", "lower", "lstrip", "removeprefix", "removesuffix"),
    *("replace", "rstrip", "split", "splitlines", "startswith", "strip", "title", "upper"),
}
_STEPS_LEFT = "\0steps left"

# Marks that tokenizers take for control tokens wherever they occur, in the forms that chat templates use:
# `<|im_start|>`, `</s>`, `<start_of_turn>`, `<｜User｜>`, `[INST]`; but not the kaomoji `<|>_<|>`.
_CONTROL_TOKEN = re.compile(
    r"<(?=/?(?:s|[|｜][^<>\n]{1,60}[|｜]|[^\W\d][\w .:▁/-]{1,60})>)|\[(?=/?[A-Z][A-Z_]{2,40}\])"
)


class _Sandbox(ImmutableSandboxedEnvironment):
    """A jinja sandbox that calls only a few methods of texts and makes no overlong text."""

    intercepted_binops = frozenset("+")

    def is_safe_callable(self, obj: object) -> bool:
        """Whether a template may call this: only a few methods of texts."""
        if not isinstance(obj, BuiltinMethodType):
            return False
        return isinstance(obj.__self__, str) and obj.__name__ in _METHODS

    def call(self, context: Context, obj: Any, *given: Any, **named: Any) -> Any:  # noqa: ANN401
        """Call a method of a text."""
        if getattr(obj, "__name__", "") == "replace" and self.is_safe_callable(obj):
            return _replace(obj.__self__, *given, **named)
        return super().call(context, obj, *given, **named)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:  # noqa: ANN401
        """Add two numbers or two texts."""
        if isinstance(left, str) and isinstance(right, str):
            _refuse_longer(len(left) + len(right))
        return super().call_binop(context, operator, left, right)


def harmless(value: object) -> object:
    """A value as it goes into a prompt: without half characters, and with control tokens broken up."""
    if not isinstance(value, str):
        return value
    return _CONTROL_TOKEN.sub(r"\g<0> ", value.encode("utf-8", "replace").decode("utf-8"))


def parse(source: str) -> nodes.Template:
    """Read a template; raises TemplateSyntaxError with the line of anything that is not allowed."""
    tree = _ENVIRONMENT.parse(source)
    for node in tree.find_all(nodes.Node):
        _refuse_forbidden(node)
    return tree


def names(tree: nodes.Template) -> Iterator[tuple[str, int]]:
    """Name and line of each variable that a template uses."""
    wanted = meta.find_undeclared_variables(tree)
    yield from ((name.name, name.lineno) for name in tree.find_all(nodes.Name) if name.name in wanted)


def compiled(tree: nodes.Template) -> Template:
    """Make a template ready for rendering, and have the rounds of its loops counted."""
    for loop in list(tree.find_all(nodes.For)):
        loop.iter = nodes.Filter(loop.iter, "counted", [], [], None, None, lineno=loop.lineno)
    return _ENVIRONMENT.from_string(tree)


def render(template: Template, values: Mapping[str, object]) -> str:
    """Fill in the values; raises TemplateError if that fails, takes too many steps or gets too long."""
    pieces, size = [], 0
    for piece in template.generate({**values, _STEPS_LEFT: [MOST_STEPS]}):
        pieces.append(piece)
        size += len(piece)
        _refuse_longer(size)
    return "".join(pieces)


def _refuse_forbidden(node: nodes.Node) -> None:
    if not isinstance(node, _NODES) or (isinstance(node, nodes.For) and node.recursive):
        kind = type(node).__name__.lower()
        raise TemplateSyntaxError(f"a template fills in values, and may not do this ({kind})", node.lineno)
    if isinstance(node, nodes.Call) and not isinstance(node.node, nodes.Getattr):
        raise TemplateSyntaxError("only methods of texts can be called, such as tags.split()", node.lineno)
    if isinstance(node, nodes.Assign) and any(isinstance(part, _NEVER_SET) for part in _parts(node.node)):
        raise TemplateSyntaxError("set may not join texts or make lists", node.lineno)


def _parts(node: nodes.Node) -> Iterator[nodes.Node]:
    yield node
    yield from node.find_all(nodes.Node)


def _refuse_longer(size: int) -> None:
    if size > LONGEST:
        raise TemplateRuntimeError(f"it makes a text of more than {LONGEST:,} characters")


def _replace(text: object, old: str, new: str, count: int | None = None) -> str:
    whole = str(text)
    found = whole.count(old) if count is None or count < 0 else min(count, whole.count(old))
    _refuse_longer(len(whole) + found * (len(new) - len(old)))
    return whole.replace(old, new, found)


def _join(items: Iterable[object], between: str = "") -> str:
    texts, size = [], 0
    for item in items:
        texts.append(str(item))
        size += len(texts[-1]) + len(between)
        _refuse_longer(size)
    return between.join(texts)


@pass_context
def _counted(context: Context, items: Iterable[Any]) -> Iterator[Any]:
    steps_left = context[_STEPS_LEFT]
    for item in items:
        steps_left[0] -= 1
        if steps_left[0] < 0:
            raise TemplateRuntimeError(f"its loops take more than {MOST_STEPS:,} turns")
        yield item


def _environment() -> _Sandbox:
    environment = _Sandbox(
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
        finalize=harmless,
    )
    environment.globals.clear()
    filters = {name: environment.filters[name] for name in _FILTERS}
    environment.filters = {**filters, "join": _join, "replace": _replace, "counted": _counted}
    return environment


_ENVIRONMENT = _environment()
