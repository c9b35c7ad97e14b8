"""What erasure takes from a record and what it leaves."""

from enum import Enum
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from assistant import conversation, evidence, ticket
from assistant.conversation import Conversation, Decision, Handoff, Message, Permit, Reason, Trail, Turn
from assistant.evidence import (
    Citation,
    Draft,
    Evidence,
    Inquiry,
    Passage,
    Receipt,
    ScoredPassage,
    Sentence,
    SentenceSupport,
    Support,
    Word,
)
from assistant.storage.erased import ERASED, KEPT, erased, words_in

SECRET = "Aoife"
CITED = Citation(evidence_id="r1", quote=f"{SECRET}'s parcel", article_id="shipping", title="Shipping", url="/s")
INQUIRY = Inquiry(
    message=f"I am {SECRET}",
    question=f"I am {SECRET}",
    parts=(SECRET,),
    order_parts=(SECRET,),
    topic="shipping",
    topic_score=0.7,
    article_topics={"shipping": 0.7},
    mood="angry",
    order_number=f"FH-{SECRET}",
)
TURN = Turn(
    conversation_id="conv_1",
    message_id="msg_1",
    outcome=Handoff(text=f"Dear {SECRET}", reason=Reason.NOT_SUPPORTED),
    trail=Trail(
        inquiry=INQUIRY,
        evidence=Evidence(
            inquiry=INQUIRY,
            passages=(
                ScoredPassage(
                    passage=Passage(id="p1", article_id="shipping", title="Shipping", text="Public."), score=1.0
                ),
            ),
            receipts=(
                Receipt(
                    id="r1",
                    tool="order_status",
                    arguments={"number": SECRET},
                    result={
                        "situation": "late",
                        "needs_human": True,
                        "number": SECRET,
                        "items": [SECRET],
                        "parcels": [{"status": SECRET, "title": SECRET, "id": SECRET}],
                        "days_late": 3,
                    },
                ),
            ),
            snapshot="s1",
            failures={"orders": f"no order of {SECRET}"},
        ),
        draft=Draft(
            sentences=(Sentence(text=SECRET, citations=(CITED,), heading=SECRET),),
            answers_question=True,
            signals={"overlap": 0.5},
            prompt="answer@1",
            model="m",
            usage={"prompt": 3},
        ),
        support=Support(
            sentences=(SentenceSupport(text=SECRET, evidence_id="r1", score=0.4, carried=False, why=f"no {SECRET!r}"),)
        ),
        decision=Decision(
            topic="shipping",
            risk=0.4,
            permit=Permit(topic="shipping", mode="auto", threshold=0.3),
            reason=Reason.NOT_SUPPORTED,
            rule="legal",
            why=f"no {SECRET}",
        ),
    ),
    took_ms=12,
)


def test_words_go_and_what_permits_count_stays() -> None:
    record = TURN.model_dump(mode="json")
    after = Turn.model_validate(erased(record))
    assert SECRET not in after.model_dump_json()
    assert (after.id, after.took_ms, after.outcome.kind) == (TURN.id, 12, "handoff")
    before, trail = TURN.trail, after.trail
    assert before.decision and trail.decision and before.evidence and trail.evidence and before.draft and trail.draft
    assert trail.decision == before.decision.model_copy(update={"why": ERASED})
    assert trail.evidence.passages == before.evidence.passages
    assert trail.evidence.receipts[0].result["situation"] == "late"
    assert trail.evidence.receipts[0].result["days_late"] == 3
    assert trail.evidence.receipts[0].fetched_at == before.evidence.receipts[0].fetched_at
    assert trail.draft.signals == before.draft.signals
    assert (trail.draft.prompt, trail.draft.usage) == ("answer@1", {"prompt": 3})
    assert [sentence.carried for sentence in trail.support.sentences] == [False] if trail.support else False


def test_what_is_erased_is_erased_already() -> None:
    once = erased(TURN.model_dump(mode="json"))
    assert erased(once) == once
    assert set(words_in(once)) == {ERASED}


def test_public_passages_are_nobodys_words() -> None:
    assert "Public." not in set(words_in(TURN.model_dump(mode="json")))


def test_every_closed_choice_of_a_word_stays() -> None:
    """A choice replaced by `[erased]` would make the record unreadable."""
    modules = (conversation, evidence, ticket)
    words = {found for module in modules for found in vars(module).values() if isinstance(found, type)}
    choices = {
        name
        for word in words
        if issubclass(word, Word)
        for name, field in word.model_fields.items()
        if _is_choice(field.annotation)
    }
    assert {"kind", "reason", "mode"} <= choices
    assert choices - KEPT == {"audience"}  # of passages, which stay whole


def test_a_message_reads_as_a_message() -> None:
    said = Message(author="customer", text=SECRET, citations=(CITED,))
    after = Message.model_validate(erased(said.model_dump(mode="json")))
    assert (after.id, after.text, after.sent_at) == (said.id, ERASED, said.sent_at)
    assert after.citations[0].article_id == "shipping"
    assert Conversation(messages=(after,)).until(said.id)


def _is_choice(annotation: Any) -> bool:
    if get_origin(annotation) in (Union, UnionType):
        return any(map(_is_choice, get_args(annotation)))
    return get_origin(annotation) is Literal or (isinstance(annotation, type) and issubclass(annotation, Enum))
