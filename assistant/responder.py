"""The responder: one conversation in, one turn out. The whole decision path, top to bottom."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.answering import support
from assistant.conversation import Clarification, Conversation, Handoff, Outcome, Reason, Reply, Trail, Turn
from assistant.errors import HandrailError, NoSnapshot
from assistant.evidence import Draft, Evidence, Inquiry
from assistant.retrieval.index.port import Scope

if TYPE_CHECKING:
    from assistant.answering.answerer import Answerer
    from assistant.answering.inquiry import InquiryReader
    from assistant.conversation import Customer, Decision
    from assistant.evidence import Receipt, ScoredPassage
    from assistant.gate.decision import Gate
    from assistant.knowledge import Shop
    from assistant.orders.tools import OrderTools
    from assistant.retrieval.retriever import Retriever
    from assistant.retrieval.shelf import Shelf

Stage = Callable[[str], Awaitable[None]]
MARGIN = 0.15  # share of the budget kept for checking, deciding and storing

log = logging.getLogger("handrail")


@dataclass(frozen=True)
class Responder:
    """Everything a turn needs. Stateless: the same conversation and snapshot give the same turn."""

    reader: InquiryReader
    shelf: Shelf
    retriever: Retriever
    orders: OrderTools | None
    answerer: Answerer
    gate: Gate
    shop: Shop
    seconds: float
    passages: int

    async def respond(self, conversation: Conversation, message_id: str, stage: Stage) -> Turn:
        """Work the conversation's last customer message within the budget; an outage ends in a handoff.

        Args:
            conversation: ends with the customer's message.
            message_id: that message.
            stage: told what is being done: understanding, searching, looking_up_order, writing, checking.
        """
        started = time.monotonic()
        trail: dict[str, object] = {}
        try:
            async with asyncio.timeout(self.seconds):
                outcome = await self._work(conversation, trail, stage, started + self.seconds * (1 - MARGIN))
        except (HandrailError, TimeoutError) as error:
            log.warning("turn ends in a handoff: %s", error or "out of time")
            outcome = Handoff(text=self.shop.handoff_note, reason=Reason.ASSISTANT_UNAVAILABLE)
        return Turn(
            conversation_id=conversation.id,
            message_id=message_id,
            outcome=outcome,
            trail=Trail.model_validate(trail),
            took_ms=round((time.monotonic() - started) * 1000),
        )

    async def _work(
        self, conversation: Conversation, trail: dict[str, object], stage: Stage, deadline: float
    ) -> Outcome:
        await stage("understanding")
        inquiry = await asyncio.to_thread(self.reader.read, conversation)
        trail["inquiry"] = inquiry
        evidence = await self._gather(conversation.customer, inquiry, stage)
        trail["evidence"] = evidence
        await stage("writing")
        draft = await self.answerer.draft(evidence, deadline - time.monotonic())
        trail["draft"] = draft
        await stage("checking")
        trail["support"] = carried = support.check(draft, evidence)
        trail["decision"] = decision = self.gate.decide(evidence, draft, carried)
        return self._outcome(decision, draft)

    async def _gather(self, customer: Customer, inquiry: Inquiry, stage: Stage) -> Evidence:
        await stage("searching")
        snapshot, passages = await asyncio.to_thread(self._retrieve, inquiry)
        receipts: tuple[Receipt, ...] = ()
        failures: dict[str, str] = {}
        if self.orders:
            if inquiry.about_own_order:
                await stage("looking_up_order")
            receipts, failures = await self.orders.gather(customer, inquiry)
        return Evidence(inquiry=inquiry, passages=passages, receipts=receipts, snapshot=snapshot, failures=failures)

    def _retrieve(self, inquiry: Inquiry) -> tuple[str, tuple[ScoredPassage, ...]]:
        try:
            with self.shelf.lease() as snapshot:
                scope = Scope(day=self.shop.today())
                return snapshot.manifest.snapshot, self.retriever.retrieve(
                    inquiry.searched, snapshot, scope, self.passages, inquiry.article_topics, inquiry.before
                )
        except NoSnapshot:
            return "", ()

    def _outcome(self, decision: Decision, draft: Draft) -> Outcome:
        if decision.reason is None:
            return Reply(text=draft.text, citations=draft.citations)
        if decision.reason is Reason.IDENTITY_NEEDED:
            return Clarification(text=IDENTITY_NEEDED, asks="order_and_email", reason=decision.reason)
        return Handoff(text=self.shop.handoff_note, reason=decision.reason)


IDENTITY_NEEDED = (
    "I can look that up for you. Please give me the order number and the e-mail address of the order in the form below."
)
