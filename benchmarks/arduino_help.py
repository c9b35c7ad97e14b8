"""Turn the Arduino help centre, as JSON lines, into a knowledge folder.

    python benchmarks/arduino_help.py DIR

Reads `arduino_help/articles.jsonl` in the folder that HANDRAIL_BENCHMARKS names (default
`../shared/benchmarks`) and writes `DIR/articles/<id>.md`.
"""

import json
import os
import sys
from pathlib import Path

import yaml


def articles_file() -> Path:
    """Where the articles are expected."""
    root = Path(__file__).resolve().parents[1]
    benchmarks = os.environ.get("HANDRAIL_BENCHMARKS") or root.parent / "shared" / "benchmarks"
    return Path(benchmarks) / "arduino_help" / "articles.jsonl"


def write_knowledge(source: Path, folder: Path) -> int:
    """Write one Markdown file per article; returns their number."""
    target = folder / "articles"
    target.mkdir(parents=True, exist_ok=True)
    lines = source.read_text("utf-8").splitlines()
    for article in map(json.loads, lines):
        front_matter = {"id": article["id"], "title": article["title"], "topic": article["category"]}
        written = yaml.safe_dump(front_matter, allow_unicode=True, sort_keys=False, width=10_000)
        (target / f"{article['id']}.md").write_text(f"---\n{written}---\n\n{article['body']}\n", "utf-8")
    return len(lines)


def main() -> int:
    """Write the folder named on the command line."""
    if len(sys.argv) != 2:
        print("usage: python benchmarks/arduino_help.py DIR")
        return 2
    source = articles_file()
    if not source.is_file():
        print(f"{source} does not exist; set HANDRAIL_BENCHMARKS to the folder that holds arduino_help/")
        return 1
    print(f"{write_knowledge(source, Path(sys.argv[1]))} articles in {Path(sys.argv[1]) / 'articles'}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
