"""The desk: receive a message, store it, have it worked, store the turn, open a ticket.

A message is stored before it is worked, so a crash loses nothing: what is unanswered is taken up at start and whenever
another worker's lease on it lapses. The messages of one conversation are worked in order, whichever worker has them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from assistant.access import digest, new_token
from assistant.announcement import announcement
from assistant.conversation import Conversation, Handoff, Message, Reason, Trail, Turn
from assistant.crew import Crew
from assistant.errors import Conflict, HandrailError, StorageUnavailable
from assistant.handoff.tickets import open_ticket
from assistant.leases import holding

if TYPE_CHECKING:
    from assistant.bell import Bell
    from assistant.conversation import Customer, Status
    from assistant.knowledge import Shop
    from assistant.responder import Responder
    from assistant.storage.store import Store

LEASE_SECONDS = 6.0  # renewed while a turn is being worked; after a crash the message is free again this soon

log = logging.getLogger("handrail")


class Desk:
    """Takes messages in and sees that each gets its turn."""

    def __init__(
        self,
        store: Store,
        responder: Responder,
        shop: Shop,
        bell: Bell,
        finished: Callable[[Turn], None] = lambda _: None,
        at_once: int = 50,
    ) -> None:
        self._store, self._responder, self._shop, self._bell = store, responder, shop, bell
        self._finished = finished
        self._crew = Crew(self._work, at_once)

    def start(self) -> None:
        """Take up what a crash left unanswered, now and from time to time."""
        self._crew.sweep(self._store.unanswered)

    async def close(self, seconds: float = 0.0) -> None:
        """Give turns in progress so long to finish; what is then unfinished is taken up at the next start."""
        await self._crew.close(seconds)

    async def open_conversation(self, customer: Customer) -> tuple[Conversation, str]:
        """A new conversation that says an AI answers, and the token that every later read needs."""
        token = new_token()
        greeting = Message(author="assistant", text=self._shop.greeting)
        conversation = Conversation(customer=customer, language=self._shop.locale, messages=(greeting,))
        await self._store.open_conversation(conversation, digest(token))
        return conversation, token

    async def receive(self, conversation_id: str, message: Message) -> None:
        """Store a customer's message and start working it; a repeated message id attaches to the first."""
        await self._store.receive(conversation_id, message)
        self._bell.ring(conversation_id)
        self._crew.take(conversation_id)

    async def verify(self, conversation_id: str, customer: Customer) -> None:
        """Note who the customer is, and let the question that needed it be answered."""
        await self._store.set_customer(conversation_id, customer)
        asked = (await self._store.conversation(conversation_id)).messages
        if any(message.author == "customer" for message in asked):
            await self.receive(conversation_id, Message(author="customer", text=f"Order {customer.order_number}"))

    async def _work(self, conversation_id: str) -> None:
        """Work what awaits the assistant in a conversation, one message after the other."""
        try:
            while message_id := await self._store.lease(conversation_id, LEASE_SECONDS):
                async with holding(self._store, conversation_id, message_id, LEASE_SECONDS):
                    await self._answer((await self._store.conversation(conversation_id)).until(message_id))
        except HandrailError as error:
            log.warning("a turn of %s is not stored, it will be taken up again: %s", conversation_id, error)

    async def _answer(self, conversation: Conversation) -> None:
        message_id = conversation.messages[-1].id

        async def stage(name: str) -> None:
            with suppress(StorageUnavailable):
                await self._store.append(conversation.id, "stage", {"message_id": message_id, "stage": name})
            self._bell.ring(conversation.id)

        try:
            await self._finish(conversation, await self._responder.respond(conversation, message_id, stage))
        except Conflict as error:
            log.info("a turn of %s is not stored: %s", conversation.id, error)
        except HandrailError:
            raise
        except Exception:  # a bug must not become silence: a human agent gets the message
            log.exception("turn on %s failed", message_id)
            await self._finish(conversation, self._failed(conversation, message_id))

    def _failed(self, conversation: Conversation, message_id: str) -> Turn:
        outcome = Handoff(text=self._shop.handoff_note, reason=Reason.ASSISTANT_UNAVAILABLE)
        return Turn(conversation_id=conversation.id, message_id=message_id, outcome=outcome, trail=Trail(), took_ms=0)

    async def _finish(self, conversation: Conversation, turn: Turn) -> None:
        outcome = turn.outcome
        reply = Message(author="assistant", text=outcome.text, citations=getattr(outcome, "citations", ()))
        ticket = open_ticket(conversation, turn, outcome) if isinstance(outcome, Handoff) else None
        status: Status = "waiting_for_human" if ticket else "with_assistant"
        await self._store.finish(turn, reply, status, ticket, announcement(turn, reply))
        self._bell.ring(conversation.id)
        try:
            self._finished(turn)
        except Exception:  # what counts turns must not undo one
            log.exception("turn %s is not counted", turn.id)
