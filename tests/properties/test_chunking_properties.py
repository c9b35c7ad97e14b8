import re

from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.evidence import Passage
from ingestion.article import Article
from ingestion.chunking import TARGET, estimate_tokens, split

words = st.text("abcdefghijklmnoprstuvwäöüéñжд", min_size=1, max_size=9)
sentences = st.lists(words, min_size=1, max_size=25).map(lambda found: " ".join(found).capitalize() + ".")
prose = st.lists(sentences, min_size=1, max_size=12).map(" ".join)
bullets = st.lists(prose, min_size=1, max_size=8).map(lambda items: "\n".join(f"- {item}" for item in items))
steps = st.lists(sentences, min_size=1, max_size=20).map(lambda items: "\n".join(f"1. {item}" for item in items))
code = st.lists(words, min_size=1, max_size=40).map(lambda lines: "```\n" + "\n".join(lines) + "\n```")
tables = st.lists(st.tuples(words, words), min_size=1, max_size=60).map(
    lambda rows: "| A | B |\n|---|---|\n" + "\n".join(f"| {a} | {b} |" for a, b in rows)
)
headings = st.tuples(st.integers(1, 6), words).map(lambda found: f"{'#' * found[0]} {found[1]}")
bodies = st.lists(st.one_of(prose, bullets, steps, code, tables, headings), min_size=1, max_size=14).map("\n\n".join)
full_sections = st.lists(st.lists(words, min_size=25, max_size=60).map(" ".join), min_size=2, max_size=8)


def passages(body: str) -> list[Passage]:
    return split(Article(id="a", title="The title", body=body, path="a.md"))


def words_of(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]+", text))


@settings(max_examples=60, deadline=None)
@given(bodies)
def test_no_word_is_lost(body):
    kept = words_of(" ".join(" ".join((*p.headings, p.text)) for p in passages(body)))
    assert words_of(body) <= kept


@settings(max_examples=60, deadline=None)
@given(bodies)
def test_ids_are_unique_and_the_same_each_time(body):
    ids = [passage.id for passage in passages(body)]
    assert len(set(ids)) == len(ids)
    assert ids == [passage.id for passage in passages(body)]


@settings(max_examples=60, deadline=None)
@given(bodies)
def test_no_passage_is_over_the_limit(body):
    assert all(estimate_tokens(passage.text) <= TARGET for passage in passages(body))


@settings(max_examples=40, deadline=None)
@given(full_sections, st.data())
def test_other_sections_keep_their_ids(sections, data):
    written = [f"## Heading {number}\n\n{text}" for number, text in enumerate(sections)]
    gone = data.draw(st.integers(0, len(written) - 1))
    before = {p.text: p.id for p in passages("\n\n".join(written))}
    after = {p.text: p.id for p in passages("\n\n".join(written[:gone] + written[gone + 1 :]))}
    assert all(before[text] == name for text, name in after.items() if sections.count(text) == 1)
