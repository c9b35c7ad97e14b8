import numpy as np
from word_embedder import WordEmbedder

from assistant.evidence import Passage
from assistant.retrieval.embedder import embed_passages
from ingestion.article import read_article
from ingestion.chunking import split

CARDS = Passage(id="pay", article_id="pay", title="Ways to pay", text="Credit cards and bank transfer are accepted.")


def test_vectors_are_of_unit_length_in_the_order_of_the_passages() -> None:
    other = CARDS.model_copy(update={"id": "b", "text": "Something else."})
    both = embed_passages(WordEmbedder(), [CARDS, other])
    assert np.allclose(np.linalg.norm(both, axis=1), 1)
    assert np.allclose(both[1], embed_passages(WordEmbedder(), [other])[0], atol=1e-6)


def test_a_question_of_the_article_brings_its_passages_near() -> None:
    asked = CARDS.model_copy(update={"questions": ("do you take amex",)})
    question = WordEmbedder().embed(["amex ok"])[0]
    plain, with_question = embed_passages(WordEmbedder(), [CARDS, asked]) @ question
    assert with_question > plain + 0.1


def test_every_passage_knows_the_questions_of_its_article() -> None:
    front_matter = {"id": "pay", "title": "Ways to pay", "questions": ["do you take amex", "cash ok?"]}
    article = read_article("pay.md", front_matter, "## Cards\n\nAll cards are fine.\n\n## Cash\n\nNo cash, sorry.")
    assert {passage.questions for passage in split(article)} == {("do you take amex", "cash ok?")}
