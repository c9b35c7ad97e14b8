from textwrap import dedent

import pytest

from assistant.evidence import Passage
from assistant.retrieval.embedder import embedded_text
from ingestion.article import Article
from ingestion.chunking import TARGET, estimate_tokens, split

LONG = "Parcels to the islands travel by ferry and need two days more than parcels to the mainland do."


def passages(body: str, title: str = "Shipping") -> list[Passage]:
    return split(Article(id="ship", title=title, body=dedent(body).strip(), path="ship.md", topic="shipping"))


def texts(body: str) -> list[str]:
    return [passage.text for passage in passages(body)]


def filler(words: int) -> str:
    return " ".join(["word"] * words)


def test_a_section_is_a_passage_under_its_heading_path():
    found = passages(f"# Shipping\n\n{LONG} {LONG}\n\n## EU\n\n### Islands\n\n{LONG} {LONG}")
    assert [(p.id, p.headings) for p in found] == [("ship#intro", ()), ("ship#islands", ("EU", "Islands"))]
    assert (found[0].topic, found[0].title, found[0].url) == ("shipping", "Shipping", "/articles/ship")


def test_all_kinds_of_headings_end_a_section():
    first, second, third = "First\n=====", "<h2 id='x'>Second</h2>", "## Third {#third}"
    body = "\n\n".join(f"{heading}\n\n{LONG} {LONG}" for heading in (first, second, third))
    assert [p.headings[-1] for p in passages(body)] == ["First", "Second", "Third"]


def test_a_hash_in_code_is_no_heading():
    found = passages("Run this:\n\n~~~\n# build\nmake\n~~~\n")
    assert [(p.headings, p.text) for p in found] == [((), "Run this:\n    # build\n    make")]


def test_ids_repeat_with_numbers_and_never_collide():
    body = "".join(f"## {heading}\n\n{LONG} {LONG}\n\n" for heading in ("Note", "Note 2", "Note", "Заметка", "§"))
    assert [p.id for p in passages(body)] == [
        "ship#note", "ship#note-2", "ship#note-3", "ship#заметка", "ship#section",
    ]  # fmt: skip


def test_noise_goes_and_link_text_stays():
    body = """
    See **our** [price list](https://shop.example/prices) <a href="x">here</a>.[^1] ![photo](a.png)
    Press <!-- secret --> <kbd>Ctrl</kbd>, then `copy`; write <order number>.<br>Done &amp; dusted.
    """
    assert texts(body) == ["See our price list here. Press Ctrl, then copy; write <order number>.\nDone & dusted."]


def test_html_blocks_become_text():
    body = """
    <div class="x"><p>Two ways:</p>
    <ul><li><p>By <b>post</b></p></li><li>By courier</li></ul>
    <table><tr><th>Way</th><th>Days</th></tr><tr><td>Post</td><td><p>3</p></td></tr></table>
    <script>alert(1)</script></div>
    """
    assert texts(body) == ["Two ways:\n- By post\n- By courier\n\n| Way | Days |\n| Post | 3 |"]


def test_a_list_of_contents_goes_with_its_lead():
    assert texts("Hello.\n\nSee:\n\n- [EU](#eu)\n- [UK](https://shop.example/uk)") == ["Hello.\n\nSee:\n- EU\n- UK"]
    assert texts('Hello.\n\nIn this article:\n\n- [EU](#eu)\n- <a href="#uk">UK</a>') == ["Hello."]


def test_lists_keep_their_numbers_and_nesting():
    body = """
    Follow these steps:

    3. Open it.
       - gently
    4. Close it.

       Then wait.
    """
    assert texts(body) == ["Follow these steps:\n3. Open it.\n   - gently\n4. Close it.\n   Then wait."]


def test_notes_are_named():
    assert texts("> [!WARNING]\n> Hot surface.") == ["Warning: Hot surface."]


def test_tiny_sections_join_under_their_parent():
    found = passages("## Ports\n\n### Red\n\nFor power.\n\n### Blue\n\nFor sound.")
    assert [(p.id, p.headings, p.text) for p in found] == [
        ("ship#ports", ("Ports",), "**Red**\nFor power.\n\n**Blue**\nFor sound.")
    ]


def test_a_tiny_section_leaves_a_full_sibling_its_heading():
    found = passages(f"## Times\n\n{LONG} {LONG}\n\n## More\n\nAsk us.")
    assert [p.id for p in found] == ["ship#times", "ship#more"]


def test_a_short_introduction_joins_what_it_introduces():
    found = passages(f"Pick a way.\n\n## Post\n\n{LONG} {LONG}")
    assert [p.text for p in found] == [f"Pick a way.\n\n**Post**\n{LONG} {LONG}"]


def test_long_text_breaks_between_sentences():
    found = passages(" ".join([LONG] * 40))
    assert len(found) > 3
    assert all(p.text.endswith("mainland do.") and estimate_tokens(p.text) <= TARGET for p in found)
    assert [p.id for p in found[:2]] == ["ship#intro", "ship#intro-2"]


def test_a_sentence_is_never_broken():
    sentence = filler(600) + "."
    assert sentence in texts(f"{LONG}\n\n{sentence}\n\n{LONG}")


def test_a_huge_table_repeats_its_header():
    rows = "\n".join(f"| EU {size} | UK {size} | {size} cm |" for size in range(200))
    found = texts(f"Compare your foot:\n\n| EU | UK | Foot |\n|---|---|---|\n{rows}")
    assert len(found) > 5
    assert found[0].startswith("Compare your foot:\n| EU | UK | Foot |\n|---|---|---|\n| EU 0 |")
    assert all("| EU | UK | Foot |\n|---|---|---|\n| EU " in text for text in found)
    assert sum(text.count(" cm |") for text in found) == 200


def test_an_announced_list_stays_whole_beside_other_text():
    steps = "\n".join(f"{n}. {LONG}" for n in range(1, 6))
    found = texts(f"{LONG} {LONG} {LONG} {LONG} {LONG} {LONG}\n\nFollow these steps:\n\n{steps}")
    assert found[1].startswith("Follow these steps:\n1. ") and "5. " in found[1]


def test_a_question_stays_with_its_answer():
    pairs = "\n\n".join(f"**Question {n}?**\n\n{LONG} {LONG}" for n in range(12))
    for text in texts(pairs):
        assert text.startswith("Question") and text.endswith("mainland do.")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Only a line.", "Only a line."),
        ("# Shipping", None),
        ("## A\n\n### B\n\n## C", "C"),
        ("## Alone", "Alone"),
        ("![photo](a.png)", None),
        ("- - - deep", "deep"),
    ],
)
def test_odd_shapes(body, expected):
    found = texts(body)
    assert (expected is None and found == []) or any(expected in text for text in found)


def test_other_languages():
    german = "Die Lieferung auf die Inseln dauert zwei Tage länger. " * 40
    chinese = "我们在三天内发货。" * 100
    assert all(text.endswith("länger.") for text in texts(german))
    assert len(texts(chinese)) > 3 and all(text.endswith("。") for text in texts(chinese))


def test_the_embedded_text_says_everything_once():
    passage = passages(f"## EU\n\n{LONG} {LONG}")[0]
    assert embedded_text(passage) == f"Shipping\nEU\n{LONG} {LONG}"
