from datetime import date
from pathlib import Path

import pytest

from assistant.errors import ArticleError, KnowledgeError
from ingestion.article import Article
from ingestion.sources.markdown import MOST_BYTES, MarkdownSource

GOOD = "---\nid: good\ntitle: Good\n---\nText.\n"


@pytest.fixture
def write(tmp_path):
    def write(content: str | bytes, name: str = "one.md") -> Path:
        file = tmp_path / "articles" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    return write


@pytest.fixture
def read(tmp_path):
    return lambda: list(MarkdownSource(tmp_path).articles())


def article(front_matter: str, body: str = "Text.") -> str:
    return f"---\n{front_matter}\n---\n{body}\n"


def test_only_id_and_title_are_required(write, read):
    write(GOOD)
    assert read() == [Article(id="good", title="Good", body="\nText.\n", path="articles/one.md")]
    found = read()[0]
    assert (found.topic, found.locale, found.regions, found.audience) == ("general", "en", (), "public")
    assert found.link == "/articles/good"


def test_all_keys_are_read(write, read):
    write(
        article(
            "id: a\ntitle: 'Ordering: how'\ntopic: shipping\nlocale: de\nregions: [EU, 'NO']\naudience: agents\n"
            "product: tent\neffective_from: 2026-01-15\neffective_to: 2027-02-01\nsupersedes: b\nowner: me\n"
            "review_by: 2027-01-01\nurl: https://shop.example/a"
        )
    )
    found = read()[0]
    assert found.title == "Ordering: how"
    assert found.regions == ("EU", "NO")
    assert (found.effective_from, found.effective_to) == (date(2026, 1, 15), date(2027, 2, 1))
    assert found.link == "https://shop.example/a"


@pytest.mark.parametrize("written", ["4412377144338", "007", "no", "1e3", "2026-01-01", "12:30", "1_000"])
def test_ids_stay_the_strings_that_were_written(write, read, written):
    write(article(f"id: {written}\ntitle: T"))
    assert read()[0].id == written


@pytest.mark.parametrize("nothing", ["", "null", "~"])
def test_a_key_without_a_value_has_its_default(write, read, nothing):
    write(article(f"id: a\ntitle: T\neffective_to: {nothing}\ntopic: {nothing}"))
    assert (read()[0].effective_to, read()[0].topic) == (None, "general")


def test_one_region_needs_no_list(write, read):
    write(article("id: a\ntitle: T\nregions: EU, UK"))
    assert read()[0].regions == ("EU", "UK")


def test_byte_order_mark_and_windows_line_ends(write, read):
    write(b"\xef\xbb\xbf" + article("id: a\ntitle: T", "One\ntwo.").replace("\n", "\r\n").encode())
    assert read()[0].body.strip() == "One\ntwo."


def test_rules_across_the_body_are_no_front_matter(write, read):
    write(article("id: a\ntitle: T", "First.\n\n---\n\nSecond.\n\n---\n\nThird."))
    assert "First." in read()[0].body and "Third." in read()[0].body


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("Just text.\n\n---\n\nMore.\n\n---\n\nText.", "no front matter"),
        ("---\nid: a\ntitle: T\n\nText.", "not closed"),
        ("---\n- a\n---\nText.", "no `key: value` lines"),
        (article("id: a\ntitle: Orders: how"), "line 3: mapping values"),
        (article("id: [a\ntitle: T"), "front matter line"),
        (article("id: a\ntitel: T"), "unknown front matter key 'titel'; did you mean 'title'?"),
        (article("id: a\ntitle: T\nzzzzz: 1"), "known are id, title"),
        (article("id: a\ntitle: T\nbody: x"), "unknown front matter key 'body'"),
        (article("title: T"), "id is missing; add a line `id: …`"),
        (article("id: a"), "title is missing"),
        (article("id: a\ntitle: ''"), "title is missing"),
        (article("id: a b\ntitle: T"), "holds a space"),
        (article("id: a\ntitle: T\neffective_from: 2026-13-01"), "'2026-13-01' is no date; write it like"),
        (article("id: a\ntitle: T\neffective_from: 31.12.2026"), "is no date"),
        (article("id: a\ntitle: T\neffective_from: 1700000000"), "is no date"),
        (article("id: a\ntitle: T\neffective_from: 2026-05-01\neffective_to: 2026-05-01"), "later day than"),
        (article("id: a\ntitle: T\naudience: everyone"), "'public' or 'agents'"),
        (article("id: a\ntitle: [x]"), "title: Input should be a valid string"),
        (article("id: a\ntitle: T", "  \n"), "no text below the front matter"),
        (b"---\nid: a\ntitle: T\n---\ncaf\xe9", "line 5 is not UTF-8"),
        (GOOD.replace("good", "a") + "x" * MOST_BYTES, "larger than 2 MB"),
    ],
)
def test_a_broken_article_is_named_and_never_stops_the_others(write, read, content, why):
    write(content, "bad.md")
    write(GOOD, "sub/good.md")
    bad, good = read()
    assert isinstance(bad, ArticleError)
    assert bad.path == "articles/bad.md"
    assert why in bad.why
    assert good.id == "good"


def test_the_second_article_with_an_id_is_refused(write, read):
    write(GOOD, "a.md")
    write(GOOD, "b.md")
    first, second = read()
    assert first.path == "articles/a.md"
    assert isinstance(second, ArticleError)
    assert second.path == "articles/b.md" and "taken by articles/a.md" in second.why


def test_links_out_of_the_folder_and_into_nowhere_are_refused(write, read, tmp_path):
    write(GOOD)
    (tmp_path / "secret.md").write_text(GOOD.replace("good", "secret"))
    (tmp_path / "articles" / "out.md").symlink_to(tmp_path / "secret.md")
    (tmp_path / "articles" / "void.md").symlink_to(tmp_path / "articles" / "gone.md")
    errors = {found.path: found.why for found in read() if isinstance(found, ArticleError)}
    assert "leads out of the articles folder" in errors["articles/out.md"]
    assert "leads nowhere" in errors["articles/void.md"]


def test_hidden_files_and_folders_are_passed_over(write, read):
    write(GOOD)
    write(GOOD, ".drafts/two.md")
    assert [found.path for found in read()] == ["articles/one.md"]


@pytest.mark.parametrize("folder", ["", "articles"])
def test_without_an_article_the_error_says_where_they_are_expected(tmp_path, read, folder):
    (tmp_path / folder).mkdir(exist_ok=True)
    with pytest.raises(KnowledgeError, match=f"expected Markdown files .* in {tmp_path}/articles"):
        read()
