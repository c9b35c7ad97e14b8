"""What a human agent makes of a suggestion, as a verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapidfuzz.distance import Levenshtein

from assistant.ticket import Verdict

if TYPE_CHECKING:
    from assistant.ticket import Fault, Ticket


def verdict_on(ticket: Ticket, sent: str, fault: Fault | None, human_agent: str) -> Verdict | None:
    """The verdict that sending `sent` passes on a ticket's suggestion; an empty `sent` rejects it.

    None where nothing was suggested. What was sent unchanged was right as it is, whatever the fault given.
    """
    if not ticket.suggestion:
        return None
    unchanged = sent.strip() == ticket.suggestion.strip()
    return Verdict(
        turn_id=ticket.turn_id,
        shown=ticket.suggestion,
        sent=sent,
        edit_distance=Levenshtein.normalized_distance(ticket.suggestion.strip(), sent.strip()),
        reason="as_is" if unchanged else fault or "other",
        human_agent=human_agent,
    )
