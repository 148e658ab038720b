"""Restricts templates so that they fill in values and do nothing else.

People share templates with strangers, so a template must not be able to do harm. There is no loader, so it
cannot read files. There are no globals and no macros, and only a few filters, tests and methods of texts, so
it cannot run other code or call itself. There is no `*`, `%` or `**`, and no filter that fills a text up to a
width. What is left always ends, but nested loops, or a text that is put into itself, could take hours and
gigabytes. So the tree of a template is changed before it is compiled: whatever makes a text or a list,
compares, or loops goes through `llm/rendering.py`, which counts. Jinja computes no filter while it compiles,
because all of them need the context of a rendering.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from traceback import walk_tb
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
from jinja2.visitor import NodeTransformer

from llm import rendering
from llm.rendering import KEY, MOST_CHARACTERS, Budget, budget_of, metered

# Far more than any prompt needs. In some templates the time to compile grows with the square of this.
MOST_NODES = 2_000

# The parts that a template may have: text, values, conditions, and loops over values.
_NODES = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For, nodes.Assign, nodes.Name),
    *(nodes.Const, nodes.List, nodes.Tuple, nodes.Getattr, nodes.Getitem, nodes.Slice, nodes.Filter),
    *(nodes.Call, nodes.Keyword, nodes.CondExpr, nodes.And, nodes.Or, nodes.Not, nodes.Compare),
    *(nodes.Operand, nodes.Test, nodes.Concat, nodes.Add, nodes.Sub, nodes.Neg),
)
_FILTERS = (
    *("capitalize", "count", "d", "default", "length", "lower", "reverse", "string", "title", "upper"),
    "wordcount",
)
_FILTERS_OF_LISTS = ("first", "last", "sort", "truncate", "unique")  # Jinja gives these the environment.
_TESTS = (
    *("defined", "undefined", "none", "true", "false", "boolean", "string", "number", "mapping", "sequence"),
    *("iterable", "in", "eq", "equalto", "==", "ne", "!=", "gt", "greaterthan", ">", "ge", ">=", "lt"),
    *("lessthan", "<", "le", "<=", "even", "odd", "lower", "upper"),
)
_METHODS = {
    *("capitalize", "count", "endswith", "find", "lower", "lstrip", "removeprefix", "removesuffix"),
    *("replace", "rstrip", "split", "splitlines", "startswith", "strip", "title", "upper"),
}

# Marks that tokenizers take for control tokens wherever they occur, in the forms that chat templates use:
# `<|im_start|>`, `</s>`, `<start_of_turn>`, `<｜User｜>`, `[INST]`; but not the kaomoji `<|>_<|>`.
_CONTROL_TOKEN = re.compile(
    r"<(?=/?(?:s|[|｜][^<>\n]{1,60}[|｜]|[^\W\d][\w .:▁/-]{1,60})>)|\[(?=/?[A-Z][A-Z_]{2,40}\])"
)


class _Sandbox(ImmutableSandboxedEnvironment):
    """A jinja sandbox that calls only a few methods of texts and counts what they make."""

    # Beside counting, this keeps Jinja from computing sums of constants while it compiles.
    intercepted_binops = frozenset("+")

    def is_safe_callable(self, obj: object) -> bool:
        """Whether a template may call this: only a few methods of texts."""
        if not isinstance(obj, BuiltinMethodType):
            return False
        return isinstance(obj.__self__, str) and obj.__name__ in _METHODS

    def call(self, context: Context, obj: Any, *given: Any, **named: Any) -> Any:  # noqa: ANN401
        """Call a method of a text."""
        # Inside a loop, Jinja adds what a macro would need.
        named = {name: value for name, value in named.items() if not name.startswith("_")}
        if self.is_safe_callable(obj):
            return rendering.call_method(budget_of(context), obj.__self__, obj.__name__, *given, **named)
        return super().call(context, obj, *given, **named)  # Raises the error of Jinja.

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:  # noqa: ANN401
        """Add two numbers, texts or lists."""
        return rendering.add(budget_of(context), left, right)


class _Metering(NodeTransformer):
    """Puts our own filters around what makes a text or a list, compares or loops."""

    def generic_visit(self, node: nodes.Node, *given: Any, **named: Any) -> nodes.Node:  # noqa: ANN401
        super().generic_visit(node)
        match node:
            case nodes.For():
                node.iter = _filtered(node.iter, "counted")
            case nodes.Compare():
                node.expr = _filtered(node.expr, "watched")
            # Jinja asks the variable itself whether it is defined.
            case nodes.Test() if node.name not in ("defined", "undefined"):
                node.node = _filtered(node.node, "watched")
            case nodes.Concat():
                return _filtered(nodes.Tuple(node.nodes, "load", lineno=node.lineno), "join")
            case nodes.List() | nodes.Tuple(ctx="load") | nodes.Getitem(arg=nodes.Slice()):
                return _filtered(node, "made")
        return node


def _filtered(node: nodes.Node, filter_name: str) -> nodes.Filter:
    return nodes.Filter(node, filter_name, [], [], None, None, lineno=node.lineno)


@pass_context
def _put_out(context: Context, value: object) -> str:
    """A value as it goes into a prompt: without half characters, and with control tokens broken up."""
    budget_of(context).count(value)
    text = str(value)
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode("utf-8")
    return _CONTROL_TOKEN.sub(r"\g<0> ", text) if "<" in text or "[" in text else text


@lru_cache(maxsize=64)
def ready(source: str) -> tuple[Sequence[tuple[str, int]], Template]:
    """Name and line of each variable of a template, and the template made ready for rendering.

    What it makes is counted. It is kept, as a run reads each template twice: to refuse a broken one before
    anything is done, and in its stage. Raises TemplateSyntaxError with the line of anything that is not
    allowed, and RecursionError, SyntaxError, ValueError or MemoryError where Python cannot compile it.
    """
    tree = _ENVIRONMENT.parse(source)
    for number, node in enumerate(tree.find_all(nodes.Node)):
        _refuse_forbidden(node)
        if number == MOST_NODES:
            raise TemplateSyntaxError(
                f"a template has at most {MOST_NODES:,} parts; make it shorter", node.lineno
            )
    wanted = meta.find_undeclared_variables(tree)
    names = [(name.name, name.lineno) for name in tree.find_all(nodes.Name) if name.name in wanted]
    return names, _ENVIRONMENT.from_string(_Metering().visit(tree))


def render(template: Template, values: Mapping[str, object], budget: Budget) -> str:
    """The text with the values, without spaces around it; raises TemplateError if that takes too much."""
    pieces, size = [], 0
    for piece in template.generate({**values, KEY: budget}):
        pieces.append(piece)
        size += len(piece)
        if size > MOST_CHARACTERS:
            raise TemplateRuntimeError(f"it makes more than {MOST_CHARACTERS:,} characters")
    return "".join(pieces).strip()


def line_of(error: BaseException) -> int | None:
    """The line of the template that raised an error, if any did."""
    frames = walk_tb(error.__traceback__)
    lines = [line for frame, line in frames if frame.f_code.co_filename == "<template>"]
    return lines[-1] if lines else None


def _refuse_forbidden(node: nodes.Node) -> None:
    if not isinstance(node, _NODES) or (isinstance(node, nodes.For) and node.recursive):
        kind = type(node).__name__.lower()
        raise TemplateSyntaxError(f"a template fills in values, and may not do this ({kind})", node.lineno)
    if isinstance(node, nodes.Call) and not isinstance(node.node, nodes.Getattr):
        raise TemplateSyntaxError("only methods of texts can be called, such as tags.split()", node.lineno)
    if isinstance(node, nodes.Filter) and node.name not in FILTERS:
        known = ", ".join(sorted(FILTERS))
        raise TemplateSyntaxError(f"there is no filter called {node.name}; there are {known}", node.lineno)
    if isinstance(node, nodes.Test) and node.name not in _TESTS:
        raise TemplateSyntaxError(f"there is no test called {node.name}", node.lineno)


def _environment() -> _Sandbox:
    environment = _Sandbox(
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
        finalize=_put_out,
    )
    environment.globals.clear()
    theirs = environment.filters
    environment.filters = {
        **{name: metered(theirs[name]) for name in _FILTERS},
        **{name: metered(partial(theirs[name], environment)) for name in _FILTERS_OF_LISTS},
        "list": rendering.as_list,
        "trim": rendering.trim,
        "join": rendering.join,
        "replace": rendering.replace,
    }
    environment.tests = {name: environment.tests[name] for name in _TESTS}
    return environment


_ENVIRONMENT = _environment()
FILTERS = tuple(_ENVIRONMENT.filters)
"""What templates may use; the filters below are put in by `ready` alone."""
_ENVIRONMENT.filters |= {"made": rendering.made, "watched": rendering.watched, "counted": rendering.counted}
