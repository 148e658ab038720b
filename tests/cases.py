"""Many cases of one rule in one test: pytest takes longer to go from test to test than for a short case."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any


def in_one_test(
    names: str | tuple[str, ...], cases: Iterable[Any]
) -> Callable[[Callable[..., None]], Callable[[], None]]:
    """As `pytest.mark.parametrize`, for a test without fixtures; it goes on after a case that fails.

    Its message has the values of each such case, and what pytest says of it.
    """

    def decorate(test: Callable[..., None]) -> Callable[[], None]:
        def run() -> None:
            failed = []
            for case in cases:
                values = (case,) if isinstance(names, str) else case
                try:
                    test(*values)
                except AssertionError as error:
                    failed.append(f"{', '.join(map(repr, values))}\n{error}")
            assert not failed, "\n\n".join(failed)

        run.__name__, run.__doc__ = test.__name__, test.__doc__
        return run

    return decorate
