"""The states of a conversation, whatever customer, assistant and human agents do and in whichever order."""

import asyncio
import shutil
import tempfile
from collections.abc import Coroutine
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from assistant.conversation import Conversation, Handoff, Message, Reason, Reply, Trail, Turn
from assistant.errors import Conflict, NotFound
from assistant.storage import Store
from assistant.ticket import Ticket

T = TypeVar("T")


@cache
def empty_database() -> Path:
    """A migrated database, to be copied."""

    async def make() -> None:
        await (await Store.open(f"sqlite:///{path}")).close()

    path = Path(tempfile.mkdtemp()) / "empty.sqlite"
    asyncio.run(make())
    return path


class ConversationStates(RuleBasedStateMachine):
    """`status` and `awaiting` are the model that the store must agree with."""

    messages = Bundle("messages")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.runner = asyncio.Runner()
        self.conversation = Conversation()
        self.status = "with_assistant"
        self.awaiting: dict[str, None] = {}  # in order of arrival
        self.ticket: Ticket | None = None
        self.holder: str | None = None
        self.said: Message | None = None

    def run_now(self, call: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(call)

    def attempt(self, call: Coroutine[Any, Any, Any], *, allowed: bool) -> None:
        """The call succeeds exactly when the model allows it."""
        try:
            self.run_now(call)
        except (Conflict, NotFound) as error:
            assert not allowed, error
        else:
            assert allowed

    @initialize()
    def open(self) -> None:
        path = shutil.copy(empty_database(), self.folder / "handrail.sqlite")
        self.store = self.run_now(Store.open(f"sqlite:///{path}"))
        self.run_now(self.store.open_conversation(self.conversation, "digest"))

    @rule(target=messages)
    def receive(self) -> str:
        message = Message(author="customer", text="Hello?")
        assert self.run_now(self.store.receive(self.conversation.id, message))
        if self.status in ("with_assistant", "resolved"):
            self.status = "with_assistant"
            self.awaiting[message.id] = None
        return message.id

    @rule(message_id=messages)
    def repeat(self, message_id: str) -> None:
        message = Message(id=message_id, author="customer", text="Hello?")
        assert not self.run_now(self.store.receive(self.conversation.id, message))

    @rule()
    def lease(self) -> None:
        taken = self.run_now(self.store.lease(self.conversation.id, 0))
        assert taken == next(iter(self.awaiting), None)

    @rule(message_id=messages)
    def reply(self, message_id: str) -> None:
        turn = self.turn(message_id, Reply(text="Yes.", citations=()))
        said = Message(author="assistant", text="Yes.")
        allowed = message_id in self.awaiting
        self.attempt(self.store.finish(turn, said, "with_assistant", None, []), allowed=allowed)
        self.awaiting.pop(message_id, None)

    @rule(message_id=messages)
    def hand_over(self, message_id: str) -> None:
        turn = self.turn(message_id, Handoff(text="A colleague.", reason=Reason.NOTHING_FOUND))
        ticket = Ticket(conversation_id=turn.conversation_id, turn_id=turn.id, reason=Reason.NOTHING_FOUND, summary="")
        allowed = message_id in self.awaiting
        self.attempt(self.store.finish(turn, None, "waiting_for_human", ticket, []), allowed=allowed)
        if allowed:
            self.status, self.ticket, self.holder = "waiting_for_human", ticket, None
            self.awaiting.clear()

    @rule(name=st.sampled_from(["ada", "bob"]))
    def claim(self, name: str) -> None:
        if self.ticket is None:
            return
        allowed = self.human_turn() and self.holder in (None, name)
        self.attempt(self.store.claim(self.ticket.id, name), allowed=allowed)
        if allowed:
            self.status, self.holder = "with_human", name

    @rule(name=st.sampled_from(["ada", "bob"]), instead_of=st.sampled_from(["ada", "bob"]))
    def take_over(self, name: str, instead_of: str) -> None:
        if self.ticket is None:
            return
        allowed = self.human_turn() and self.holder in (None, name, instead_of)
        self.attempt(self.store.claim(self.ticket.id, name, instead_of), allowed=allowed)
        if allowed:
            self.status, self.holder = "with_human", name

    @rule(name=st.sampled_from(["ada", "bob"]))
    def hand_back(self, name: str) -> None:
        if self.ticket is None:
            return
        allowed = self.human_turn() and self.holder in (None, name)
        self.attempt(self.store.hand_back(self.ticket.id, name), allowed=allowed)
        if allowed and self.holder:
            self.status, self.holder = "waiting_for_human", None

    @rule(name=st.sampled_from(["ada", "bob"]))
    def answer(self, name: str) -> None:
        if self.ticket is None:
            return
        allowed = self.human_turn() and self.holder in (None, name)
        said = Message(author="human_agent", text="I am a person.")
        self.attempt(self.store.answer(self.ticket.id, said, name), allowed=allowed)
        if allowed:
            self.status, self.holder, self.said = "with_human", name, said

    @rule()
    def repeat_the_answer(self) -> None:
        if self.ticket and self.said:
            assert self.run_now(self.store.answer(self.ticket.id, self.said, "cleo")) == self.said

    @rule(name=st.sampled_from(["ada", "bob"]))
    def resolve(self, name: str) -> None:
        if self.ticket is None:
            return
        allowed = not self.human_turn() or self.holder in (None, name)
        self.attempt(self.store.resolve(self.ticket.id, name), allowed=allowed)
        if allowed and self.human_turn():
            self.status = "resolved"

    @invariant()
    def the_store_agrees(self) -> None:
        found = self.run_now(self.store.conversation(self.conversation.id))
        unanswered = self.run_now(self.store.unanswered())
        assert found.status == self.status
        assert [message_id for _, message_id in unanswered] == list(self.awaiting)
        assert not self.awaiting or found.status == "with_assistant"

    @invariant()
    def a_conversation_with_humans_has_a_ticket(self) -> None:
        ticket = self.run_now(self.store.open_ticket_of(self.conversation.id))
        assert (ticket is not None) == self.human_turn()

    @invariant()
    def events_are_gapless_and_tell_the_status(self) -> None:
        events = self.run_now(self.store.events(self.conversation.id))
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        told = [event.body["status"] for event in events if event.kind == "status"]
        assert (["with_assistant", *told])[-1] == self.status
        assert all(before != after for before, after in pairwise(told))

    def human_turn(self) -> bool:
        return self.status in ("waiting_for_human", "with_human")

    def turn(self, message_id: str, outcome: Reply | Handoff) -> Turn:
        return Turn(
            conversation_id=self.conversation.id,
            message_id=message_id,
            outcome=outcome,
            trail=Trail(),
            took_ms=1,
        )

    def teardown(self) -> None:
        self.run_now(self.store.close())
        self.runner.close()
        shutil.rmtree(self.folder)


ConversationStates.TestCase.settings = settings(
    max_examples=30, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestConversationStates = ConversationStates.TestCase
