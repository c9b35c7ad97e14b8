"""Articles are read once for each state of the folder, whoever asks how often."""

from datetime import date
from pathlib import Path

import pytest

from assistant.api import articles
from assistant.errors import NotFound

TODAY = date(2026, 3, 31)


def test_the_folder_is_read_again_only_when_it_changes(tmp_path: Path) -> None:
    def written(text: str) -> None:
        file.write_text(f"---\nid: a\ntitle: A\n---\n{text}\n")

    file = tmp_path / "articles" / "a.md"
    file.parent.mkdir()
    (file.parent / "leads-nowhere.md").symlink_to(tmp_path / "gone")
    before = articles._read.cache_info().misses
    written("First.")
    for _ in range(3):
        assert articles._find(tmp_path, "a", TODAY).body.strip() == "First."
        with pytest.raises(NotFound):
            articles._find(tmp_path, "b", TODAY)
    assert articles._read.cache_info().misses == before + 1
    written("Second.")
    assert articles._find(tmp_path, "a", TODAY).body.strip() == "Second."
    (file.parent / "b.md").write_text("---\nid: b\ntitle: B\n---\nOther.\n")
    file.unlink()
    with pytest.raises(NotFound):
        articles._find(tmp_path, "a", TODAY)
