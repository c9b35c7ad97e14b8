"""Articles to passages: a section stays whole where it fits a model's window. Pure.

A heading inside a passage (of sections too small to stand alone) is a line between `**`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from math import ceil

from assistant.evidence import Passage
from ingestion.article import Article
from ingestion.parsing import Block, Section, parse

WINDOW = 250  # tokens that the default embedder reads, title and headings included, less a margin
TARGET = 200  # tokens of text a passage should stay under
LEAST = 80  # tokens of text a passage may always have, however long its title and headings
TINY = 20  # words; a section below that joins its neighbour

_PIECE = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af]|\d+|[^\W\d]+|[^\w\s]")


def estimate_tokens(text: str) -> int:
    """Estimate the tokens a WordPiece model makes of a text: within 20 % for 95 % of passages."""
    return sum(_estimate_piece(piece) for piece in _PIECE.findall(text))


def _estimate_piece(piece: str) -> int:
    letters_a_token = 3 if piece.isdigit() else 7 if piece.isascii() else 3
    return ceil(len(piece) / letters_a_token)


def split(article: Article) -> list[Passage]:
    """Split an article into passages, in reading order; none when no text is left of it (images only).

    Ids are `<article id>#<slug of the last heading>`, numbered `-2`, `-3` where a slug repeats.
    """
    name = _Namer(article.id)
    return [
        Passage(
            id=name(section.headings),
            article_id=article.id,
            title=article.title,
            headings=section.headings,
            text=text,
            url=article.link,
            **article.model_dump(include=_SHARED),
        )
        for section in _merge_tiny(article.title, parse(article.body, article.title))
        for text in _texts(section, _room(article.title, section.headings))
    ]


_SHARED = set(Passage.model_fields) & set(Article.model_fields) - {"id", "title", "url"}


class _Namer:
    def __init__(self, article_id: str) -> None:
        self._article_id = article_id
        self._taken: set[str] = set()

    def __call__(self, headings: Sequence[str]) -> str:
        slug = _slug(headings[-1]) if headings else "intro"
        number, name = 1, slug
        while name in self._taken:
            number += 1
            name = f"{slug}-{number}"
        self._taken.add(name)
        return f"{self._article_id}#{name}"


def _slug(heading: str) -> str:
    return re.sub(r"[\W_]+", "-", heading.casefold()).strip("-")[:60].rstrip("-") or "section"


def _room(title: str, headings: Sequence[str]) -> int:
    taken = estimate_tokens(title) + sum(map(estimate_tokens, headings))
    return max(LEAST, min(TARGET, WINDOW - taken))


# --- sections too small -----------------------------------------------------------------------------------


def _merge_tiny(title: str, sections: Iterable[Section]) -> list[Section]:
    merged: list[Section] = []
    for section in sections:
        joined = _joined(merged[-1], section) if merged else None
        if joined and estimate_tokens(_whole(joined)) <= _room(title, joined.headings):
            merged[-1] = joined
        else:
            merged.append(section)
    return merged


def _joined(before: Section, section: Section) -> Section | None:
    """Join both under their parent's heading where one introduces the other or both are tiny; else None."""
    parent = section.headings[:-1]
    tiny = [_words(before) < TINY, _words(section) < TINY]
    belongs = before.headings == parent and any(tiny)
    are_siblings = before.headings[:-1] == parent and bool(before.headings) and all(tiny)
    if not section.headings or not (belongs or are_siblings):
        return None
    return Section(parent, (*_under(parent, before), *_under(parent, section)))


def _under(parent: Sequence[str], section: Section) -> tuple[Block, ...]:
    if section.headings == parent:
        return section.blocks
    first, *rest = section.blocks or (Block(()),)
    lead = _lines(f"**{section.headings[-1]}**", first.lead)
    return (Block(first.parts, lead, first.head, first.prose), *rest)


def _words(section: Section) -> int:
    return len(_whole(section).split())


def _whole(section: Section) -> str:
    return "\n\n".join(block.text for block in section.blocks)


# --- sections too large -----------------------------------------------------------------------------------


def _texts(section: Section, room: int) -> list[str]:
    if not section.blocks:
        return [section.headings[-1]]
    return _pack([text for block in section.blocks for text in _pieces(block, room)], "\n\n", room)


def _pieces(block: Block, room: int) -> list[str]:
    if estimate_tokens(block.text) <= room:
        return [block.text]
    leads = estimate_tokens(block.lead) <= room // 2
    taken = estimate_tokens(block.head) + (estimate_tokens(block.lead) if leads else 0)
    space = max(room - taken, room // 4)
    parts = [piece for part in block.parts for piece in (_broken(part, space) if block.prose else [part])]
    first, *rest = [_lines(block.head, rows) for rows in _pack(parts, "\n", space) or [""]]
    return [_lines(block.lead, first), *rest] if leads else [*_broken(block.lead, room), first, *rest]


def _lines(*texts: str) -> str:
    return "\n".join(filter(None, texts))


def _broken(text: str, room: int) -> list[str]:
    """Give the lines of a text; lines over `room` in pieces that end where a sentence ends."""
    lines = []
    for line in text.splitlines():
        lines += [line] if estimate_tokens(line) <= room else _pack(_sentences(line), " ", room)
    return lines


def _pack(texts: Sequence[str], joint: str, room: int) -> list[str]:
    """Join neighbours to few texts of at most `room` tokens, about equally long; a longer one stays whole."""
    sizes = [estimate_tokens(text) for text in texts]
    aim = sum(sizes) / max(1, ceil(sum(sizes) / room))
    packed: list[list[str]] = []
    filled = 0
    for text, size in zip(texts, sizes, strict=True):
        if packed and filled + size <= room and filled + size / 2 <= aim:
            packed[-1].append(text)
            filled += size
        else:
            packed.append([text])
            filled = size
    return [joint.join(texts) for texts in packed]


@cache
def _tokenizer() -> Callable[[str], list[str]]:
    from llama_index.core.node_parser.text.utils import (
        split_by_sentence_tokenizer,
    )  # takes seconds, rarely needed

    return split_by_sentence_tokenizer()


def _sentences(text: str) -> list[str]:
    """Sentences, those of scripts without spaces between them included."""
    found = (part for sentence in _tokenizer()(text) for part in re.split(r"(?<=[。！？])", sentence))
    return [sentence.strip() for sentence in found if sentence.strip()]
