import pytest
from eval_turns import case, handoff, must_not, reply, turn

from assistant.conversation import Clarification, Reason, Trail
from assistant.evidence import Citation
from evals import scorers
from evals.scorers import SCORERS, why_wrong

BOTH = case(articles=["returns", "refunds"])
RECEIPTS = case(articles=[], must_say=["shipped"], order={"number": "FH-1", "email": "a@b.ie"})
ASKED = must_not(expect="clarification", reason="identity_needed")
QUESTION_BACK = Clarification(text="Which order?", asks="order_and_email", reason=Reason.IDENTITY_NEEDED)
OUTAGE = turn(handoff(Reason.ASSISTANT_UNAVAILABLE)).model_copy(update={"trail": Trail()})


@pytest.mark.parametrize(
    ("scorer", "labelled", "worked", "score"),
    [
        ("hit@1", case(), turn(reply(), "returns", "refunds"), 1),
        ("hit@1", case(), turn(reply(), "refunds", "returns"), 0),
        ("hit@1", BOTH, turn(reply(), "refunds"), 1),
        ("hit@1", must_not(articles=["returns"]), turn(handoff(), "returns"), None),
        ("hit@1", RECEIPTS, turn(reply(), "returns"), None),
        ("hit@3", case(), turn(handoff(), "a", "b", "returns"), 1),
        ("hit@3", case(), turn(reply(), "a", "b", "c", "returns"), 0),
        ("hit@3", case(), OUTAGE, 0),
        ("hit@3", must_not(), turn(handoff(), "a"), None),
        ("recall", BOTH, turn(reply(), "a", "returns", "returns"), 0.5),
        ("recall", BOTH, turn(reply(), "refunds", "a", "returns"), 1),
        ("recall", BOTH, OUTAGE, 0),
        ("recall", must_not(), turn(handoff(), "a"), None),
        ("false_answer_rate", must_not(), turn(reply()), 1),
        ("false_answer_rate", must_not(), turn(handoff(Reason.TOPIC_RESERVED)), 0),
        ("false_answer_rate", must_not(), turn(QUESTION_BACK), 0),
        ("false_answer_rate", case(), turn(reply()), None),
        ("wrong_rate", case(), turn(reply()), 0),
        ("wrong_rate", case(), turn(reply("Within 14 days.")), 1),
        ("wrong_rate", must_not(), turn(reply()), 1),
        ("wrong_rate", case(), turn(handoff()), None),
        ("needlessly_handed_off", case(), turn(handoff()), 1),
        ("needlessly_handed_off", case(), turn(QUESTION_BACK), 1),
        ("needlessly_handed_off", case(), turn(reply("wrong but a reply")), 0),
        ("needlessly_handed_off", must_not(), turn(handoff()), None),
        ("right_reason", must_not(), turn(handoff()), 1),
        ("right_reason", must_not(), turn(handoff(Reason.NOT_SUPPORTED)), 0),
        ("right_reason", ASKED, turn(QUESTION_BACK), 1),
        ("right_reason", must_not(), turn(reply()), None),
        ("right_reason", must_not(reason=None), turn(handoff()), None),
        ("right_reason", case(), turn(handoff()), None),
        ("right_outcome", case(), turn(reply("wrong but a reply")), 1),
        ("right_outcome", case(), turn(handoff()), 0),
        ("right_outcome", ASKED, turn(handoff(Reason.IDENTITY_NEEDED)), 0),
        ("citation_precision", case(), turn(reply("30 days", "returns", "warranty")), 0.5),
        ("citation_precision", case(), turn(reply("30 days", "warranty")), 0),
        ("citation_precision", case(), turn(handoff()), None),
        ("citation_precision", must_not(articles=["returns"]), turn(reply()), None),
        ("citation_precision", RECEIPTS, turn(reply()), None),
    ],
)
def test_a_scorer_says_0_to_1_or_that_it_does_not_apply(scorer, labelled, worked, score) -> None:
    assert SCORERS[scorer](labelled, worked) == score


def test_a_reply_that_cites_receipts_only_has_no_citation_precision() -> None:
    said = reply().model_copy(update={"citations": (Citation(evidence_id="receipt_1", quote="shipped"),)})
    assert scorers.citation_precision(case(), turn(said)) is None


@pytest.mark.parametrize(
    ("labelled", "said", "why"),
    [
        (case(), reply("You have **30\n days** to return it."), ""),
        (case(must_say=["the shop’s own", "60 DAYS"]), reply("The shop's own offer: 60 days"), ""),
        (case(must_say=["30 days", "unworn"]), reply("30 days"), "it does not say 'unworn'"),
        (case(must_not_say=["14 Days"]), reply("30 days, not 14 days"), "it says '14 Days'"),
        (case(), reply("30 days", "warranty", "gifts"), "it cites gifts, warranty, not returns"),
        (BOTH, reply("30 days", "warranty", "refunds"), ""),
        (must_not(why="No article says so."), reply(), "it must not be answered alone: No article says so."),
        (RECEIPTS, reply("It has shipped.").model_copy(update={"citations": ()}), ""),
        (case(), reply("30 days").model_copy(update={"citations": ()}), "it cites no article, not returns"),
    ],
)
def test_why_a_reply_is_wrong(labelled, said, why) -> None:
    assert why_wrong(labelled, said.text, said.citations) == why
