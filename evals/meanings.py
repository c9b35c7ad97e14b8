"""How each metric is read: one table for page, studio and comparison."""

from __future__ import annotations

from evals.report import Meaning


def _of(label: str, says: str, better: str = "higher", **more: bool) -> Meaning:
    return Meaning.model_validate({"label": label, "says": says, "better": better} | more)


JUDGED = {
    "faithfulness": _of("Faithfulness", "of a reply's statements, those that its evidence carries", judged=True),
    "answer_relevancy": _of("Answer relevancy", "how near the question is to one the reply answers", judged=True),
    "context_precision": _of("Context precision", "useful passages of a reply ranked first", judged=True),
    "context_recall": _of("Context recall", "of what a reply must say, found in its evidence", judged=True),
}
MEANINGS = {
    "false_answer_rate": _of("False answer rate", "answered alone, of cases that must not be", "lower"),
    "wrong_rate": _of("Wrong rate", "wrong, of replies sent alone", "lower"),
    "needlessly_handed_off": _of("Needlessly handed off", "got no reply, of cases with an answer", "lower"),
    "right_outcome": _of("Right outcome", "answered, asked back or handed over, as expected"),
    "right_reason": _of("Right reason", "handed over for the reason expected"),
    "citation_precision": _of("Citation precision", "cited articles that are accepted ones"),
    "hit@1": _of("Hit at 1", "an accepted article came first"),
    "hit@3": _of("Hit at 3", "an accepted article was among the first three"),
    "recall": _of("Recall", "of the accepted articles, retrieved"),
    "ragas_context_precision": _of(
        "Id precision (ragas)", "of the articles retrieved, accepted ones; many are retrieved on purpose", decides=False
    ),
    "ragas_context_recall": _of("Id recall (ragas)", "of the accepted articles, retrieved", decides=False),
} | {name: meaning.model_copy(update={"decides": False}) for name, meaning in JUDGED.items()}
