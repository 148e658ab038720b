"""The fuzz of all readers once more, with fewer examples, in a process that may hold no more than 500 MB."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.program.starts import ROOT

pytestmark = pytest.mark.slow

READERS = (
    *("tests/dataset/test_tag_file.py", "tests/dataset/test_tag_formats.py", "tests/llm/test_replies.py"),
    *("tests/program/test_fuzz.py", "tests/program/test_fuzz_packed.py", "tests/wiki"),
)
# Writable memory, because libraries reserve much more addresses than they ever use.
LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_DATA, (500_000_000, 500_000_000))
import pytest
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", "-n0", "-m", "hypothesis", *sys.argv[1:]]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the memory of a process in this way")
@pytest.mark.timeout(1800)
def test_the_fuzz_of_readers_passes_in_500_megabytes() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, *READERS],
        cwd=ROOT,
        env={**os.environ, "HYPOTHESIS_PROFILE": "few"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
