"""Markdown to sections: blocks of plain text under their heading path.

What stays of Markdown in the text: list markers, table rows between `|`, code indented by four spaces.
Emphasis, images, HTML tags and link targets go, link text stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from textwrap import indent

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from ingestion.markup import HEADINGS, html_lines, inline_tag

_MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
_FOOTNOTE = re.compile(r"\[\^[^\]\s]+\]")
_ATTRIBUTES = re.compile(r"\s*\{[#.:][^{}]*\}\s*$")
_ALERT = re.compile(r"^\[!(\w+)\]\s*")


@dataclass(frozen=True)
class Heading:  # noqa: D101
    level: int
    text: str


@dataclass(frozen=True)
class Block:
    """A paragraph, list, table or piece of code; it may be split between its `parts` (items, rows, lines).

    `lead` announces the first part ("Follow these steps:"), `head` (a table's header) is repeated before each
    piece, and a part of `prose` may be split further, between its sentences.
    """

    parts: tuple[str, ...]
    lead: str = ""
    head: str = ""
    prose: bool = True

    @property
    def text(self) -> str:
        """The whole block."""
        return "\n".join(filter(None, (self.lead, self.head, *self.parts)))


CONTENTS = Block(())  # stands for a list of links to the article's own headings


@dataclass(frozen=True)
class Section:
    """What stands between a heading and the next one. `headings` is its path without the article's title."""

    headings: tuple[str, ...]
    blocks: tuple[Block, ...]


def parse(body: str, title: str) -> list[Section]:
    """Read an article's sections, in order; a heading with only sections below it has none of its own."""
    path: list[Heading] = []
    sections = [Section((), ())]
    for element in _elements(body):
        if isinstance(element, Heading):
            path = [*(heading for heading in path if heading.level < element.level), element]
            texts = (heading.text for heading in path)
            sections.append(Section(tuple(text for text in texts if text.casefold() != title.casefold()), ()))
        else:
            sections[-1] = replace(sections[-1], blocks=_append(sections[-1].blocks, element))
    following = [*sections[1:], Section((), ())]
    return [here for here, below in zip(sections, following, strict=True) if here.blocks or _is_leaf(here, below)]


def _is_leaf(section: Section, following: Section) -> bool:
    path = section.headings
    return bool(path) and (following.headings[: len(path)] != path or len(following.headings) == len(path))


def _append(blocks: tuple[Block, ...], block: Block) -> tuple[Block, ...]:
    """Add a block; one that ends in `:` or `?` leads the next. A list of contents goes, lead and all."""
    if blocks and blocks[-1].text.endswith((":", "?")) and len(blocks[-1].parts) == 1 and not blocks[-1].head:
        lead = blocks[-1].text
        blocks, block = blocks[:-1], replace(block, lead="\n".join(filter(None, (lead, block.lead))))
    return (*blocks, block) if block.parts else blocks


def _elements(body: str) -> Iterator[Heading | Block]:
    for node in SyntaxTreeNode(_MARKDOWN.parse(body)).children:
        if node.type == "heading":
            text = _ATTRIBUTES.sub("", " ".join(_inline(node).split()))
            if text:
                yield Heading(int(node.tag[1]), text)
        elif node.type == "html_block":
            yield from _html(node.content)
        else:
            yield from (block for block in _blocks(node) if block == CONTENTS or block.text.strip())


def _html(content: str) -> Iterator[Heading | Block]:
    for kind, lines in html_lines(content):
        if kind in HEADINGS:
            yield from (Heading(int(kind[1]), line) for line in lines)
        elif kind == "p":
            yield from (Block((line,)) for line in lines)
        else:
            marker = "- {}" if kind == "li" else "| {} |"
            yield Block(tuple(marker.format(line) for line in lines), prose=kind == "li")


def _blocks(node: SyntaxTreeNode) -> Iterator[Block]:
    if _is_contents(node):
        yield CONTENTS
    elif node.type in ("bullet_list", "ordered_list"):
        yield Block(tuple(filter(None, (_item(node, number) for number in range(len(node.children))))))
    elif node.type == "table":
        yield _table(node)
    elif node.type in ("fence", "code_block"):
        yield Block(tuple(indent(node.content.rstrip(), "    ").splitlines()), prose=False)
    elif node.type == "blockquote":
        for child in node.children:
            yield from _blocks(child)
    elif node.type == "html_block":
        yield from (Block(tuple(lines)) for _, lines in html_lines(node.content))
    elif node.type != "hr":
        yield Block((_paragraph(node),))


def _paragraph(node: SyntaxTreeNode) -> str:
    lines = (" ".join(line.split()) for line in _inline(node).splitlines())
    text = "\n".join(filter(None, lines))
    return _ALERT.sub(lambda alert: f"{alert[1].capitalize()}: ", text)


def _is_contents(node: SyntaxTreeNode) -> bool:
    if node.type not in ("bullet_list", "ordered_list"):
        return False
    return all(_leads_within(item) for item in node.children)


def _leads_within(item: SyntaxTreeNode) -> bool:
    first = next((inline.children[0] for inline in item.walk() if inline.type == "inline" and inline.children), None)
    if first is None:
        return False
    return str(first.attrs.get("href", "")).startswith("#") or '<a href="#' in first.content


def _item(items: SyntaxTreeNode, number: int) -> str:
    start = int(items.attrs.get("start", 1))
    marker = "- " if items.type == "bullet_list" else f"{start + number}. "
    texts = [block.text for child in items.children[number].children for block in _blocks(child)]
    text = "\n".join(filter(str.strip, texts))
    return text and marker + indent(text, " " * len(marker)).lstrip()


def _table(table: SyntaxTreeNode) -> Block:
    rows = [[_cell(cell) for cell in row.children] for part in table.children for row in part.children]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    rule = f"|{'---|' * len(rows[0])}"
    head = f"{lines[0]}\n{rule}" if any(rows[0]) else ""
    return Block(tuple(lines[1:]), head=head, prose=False)


def _cell(cell: SyntaxTreeNode) -> str:
    return " ".join(_inline(cell).split()).replace("|", "\\|")


def _inline(node: SyntaxTreeNode) -> str:
    if node.type in ("text", "code_inline"):
        return _FOOTNOTE.sub("", node.content) if node.type == "text" else node.content
    if node.type in ("softbreak", "hardbreak"):
        return " " if node.type == "softbreak" else "\n"
    if node.type == "html_inline":
        return inline_tag(node.content)
    return "" if node.type == "image" else "".join(_inline(child) for child in node.children)
