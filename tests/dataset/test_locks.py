"""Files that runs and people share."""

from __future__ import annotations

from pathlib import Path

from dataset.locks import change_shared


def test_what_somebody_saves_while_a_shared_file_is_changed_stays(tmp_path: Path) -> None:
    path = tmp_path / "shared.txt"
    path.write_text("one", encoding="utf-8")

    def change(content: bytes) -> str:
        if content == b"one":
            path.write_text("by hand", encoding="utf-8")
        return f"{content.decode()}, and ours"

    change_shared(path, Path.read_bytes, change)
    assert path.read_text(encoding="utf-8") == "by hand, and ours"
