"""Passages cut into units that read well on their own: sentences, whole lists with their lead-in, whole tables."""

import re

from assistant.evidence import Passage
from assistant.retrieval.embedder import name_of

_SENTENCE_END = re.compile(r"(?<=[.!?])(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bNo\.)(?<!\bSt\.)\s+(?=[A-Z0-9\"'“‘(*€£$¿¡])")
_LIST_ITEM = re.compile(r"^\s*([-*+•]|\d+[.)])\s")


def split_units(text: str) -> list[str]:
    """The units of a passage in order. Joined by white space they are the passage again, word for word."""
    units: list[str] = []
    for block in re.split(r"\n\s*\n", text.strip()):
        structured = any(_LIST_ITEM.match(line) or line.startswith("|") for line in block.splitlines())
        if structured and units and units[-1].endswith(":"):
            units[-1] = f"{units[-1]}\n\n{block}"
        elif structured:
            units.append(block)
        else:
            units += [sentence for sentence in _SENTENCE_END.split(" ".join(block.split())) if sentence]
    return units


def heading(passage: Passage) -> str:
    """What stands over a passage: its last heading, or the article's title."""
    return passage.headings[-1] if passage.headings else passage.title


def lines_of(passage: Passage) -> list[str]:
    """The lines that a question is compared with: title and headings, then each unit under its heading."""
    return [name_of(passage), *(f"{heading(passage)}: {unit}" for unit in split_units(passage.text))]


def words(text: str) -> list[str]:
    """The words of a text, lower case; numbers count."""
    return re.findall(r"[^\W_]+(?:['’][^\W_]+)?", text.lower())
