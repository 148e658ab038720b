"""Finds and fetches models in a process of its own, as huggingface_hub reads the environment only once.

`python -m tests.llm.fetching '[["owner/name", true], …]'` prints for each model a list of its files, or the
error; the second value says whether the user lets it be fetched.
"""

import json
import sys

from errors import UserError
from llm.embedded.files import model_files
from llm.embedded.picking import Room

FREE = 10_000_000_000


class Answer:
    """What a user says to all questions."""

    command = "python caption.py --yes"

    def __init__(self, agrees: bool) -> None:
        self._agrees = agrees

    def __call__(self, question: str) -> bool:
        return self._agrees


def found(model: str, agrees: bool) -> list[str] | str:
    try:
        files = model_files(model, Room(FREE), Answer(agrees))
    except UserError as error:
        return str(error)
    return [files.header.path.name, *([files.projector.name] if files.projector else [])]


if __name__ == "__main__":
    print(json.dumps([found(*each) for each in json.loads(sys.argv[1])]))
