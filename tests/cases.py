"""Many cases of one rule in one test: pytest takes longer to go from test to test than for a short case."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest


def in_one_test(
    names: str | tuple[str, ...], cases: Iterable[Any]
) -> Callable[[Callable[..., None]], Callable[[], None]]:
    """As `pytest.mark.parametrize`, for a test without fixtures; it goes on after a case that fails.

    The message has the values of each case that fails, with its error, whatever that is; the traceback is
    that of the first. Without any case it fails too.
    """
    tested = list(cases)

    def decorate(test: Callable[..., None]) -> Callable[[], None]:
        def run() -> None:
            assert tested, "there are no cases"
            failed: dict[str, BaseException] = {}
            for case in tested:
                values = (case,) if isinstance(names, str) else case
                try:
                    test(*values)
                # `pytest.raises` fails with what is no Exception.
                except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001 - told with its case
                    failed[", ".join(map(repr, values))] = error
            if failed:
                told = [f"{case}\n{type(error).__name__}: {error}" for case, error in failed.items()]
                raise AssertionError("\n\n".join(told)) from next(iter(failed.values()))

        run.__name__, run.__doc__ = test.__name__, test.__doc__
        return run

    return decorate
