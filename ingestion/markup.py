"""HTML inside Markdown: the text is kept, tags are not."""

from __future__ import annotations

from html.parser import HTMLParser
from itertools import groupby
from operator import itemgetter

from markdown_it.common.html_blocks import block_names

INLINE = frozenset(
    "a abbr b bdi bdo big button cite code del dfn em font i img input ins kbd label mark picture q s samp script "
    "small span strike strong style sub sup svg path textarea time tt u var video audio br wbr".split()
)
ELEMENTS = INLINE | set(block_names) | {"pre"}
SILENT = frozenset({"script", "style", "svg", "textarea"})
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
LINE_KINDS = ("li", "tr", *HEADINGS)


def html_lines(html: str) -> list[tuple[str, list[str]]]:
    """Give an HTML block's text as runs of lines of a kind: `p`, `li`, `tr` (cells joined by ` | `), `h1`-`h6`."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.end_line()
    return [(kind, [line for _, line in run]) for kind, run in groupby(reader.lines, key=itemgetter(0))]


def inline_tag(tag: str) -> str:
    """Tell what stays of a tag inside a line: nothing, a break, or the tag itself where HTML has none."""
    name = tag.strip("</>").split()[0].casefold() if tag.strip("</> ") else ""
    if name == "br":
        return "\n"
    return "" if name in ELEMENTS or tag.startswith(("<!", "<?")) else tag


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[tuple[str, str]] = []
        self._kind = "p"
        self._cells = [""]
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag in SILENT:
            self._silent += 1
        elif tag in ("td", "th"):
            self._cells.append("")
        elif tag in LINE_KINDS:
            self.end_line()
            self._kind = tag
        elif tag not in ELEMENTS:
            self._cells[-1] += self.get_starttag_text() or ""
        elif tag == "br" or tag not in INLINE:
            self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in LINE_KINDS:
            self.end_line()
            self._kind = "p"
        elif tag in ELEMENTS and tag not in INLINE:
            self._break(tag)

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._cells[-1] += data

    def end_line(self) -> None:
        cells = [" ".join(cell.split()) for cell in self._cells]
        self._cells = [""]
        line = " | ".join(filter(None, cells))
        if line:
            self.lines.append((self._kind, line))

    def _break(self, tag: str) -> None:
        if self._kind == "tr" or tag == "br":
            self._cells[-1] += " "
        else:
            self.end_line()
