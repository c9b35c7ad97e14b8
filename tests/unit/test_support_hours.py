"""When the shop's team is there."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from assistant.knowledge import Shop

WEEK = {"monday": "08:00-18:00", "tuesday": "08:00 – 12:30", "friday": "10:00-11:00", "saturday": None}
DUBLIN = Shop(time_zone="Europe/Dublin", support_hours=WEEK)


@pytest.mark.parametrize(
    ("at", "is_open", "changes_at"),
    [
        ("2026-11-23T07:59", False, "2026-11-23T08:00"),  # a Monday in winter: Dublin is at UTC
        ("2026-11-23T08:00", True, "2026-11-23T18:00"),
        ("2026-11-23T18:00", False, "2026-11-24T08:00"),
        ("2026-11-24T12:29", True, "2026-11-24T12:30"),
        ("2026-11-24T13:00", False, "2026-11-27T10:00"),  # over two days without hours
        ("2026-11-28T12:00", False, "2026-11-30T08:00"),  # over a weekend
        ("2026-07-06T07:30", True, "2026-07-06T17:00"),  # summer time: half past eight there
    ],
)
def test_the_team_is_there_in_its_own_time_zone(at: str, is_open: bool, changes_at: str) -> None:
    found = DUBLIN.staffed(datetime.fromisoformat(at).replace(tzinfo=UTC))
    assert found == (is_open, datetime.fromisoformat(changes_at).replace(tzinfo=UTC))


@pytest.mark.parametrize("week", [{}, {"monday": None}])
def test_a_shop_without_hours_claims_none(week: dict[str, str | None]) -> None:
    assert Shop(support_hours=week).staffed(datetime(2026, 11, 23, tzinfo=UTC)) == (False, None)


def test_hours_on_one_day_come_again_next_week() -> None:
    shop = Shop(support_hours={"monday": "08:00-09:00"})
    assert shop.staffed(datetime(2026, 11, 23, 10, tzinfo=UTC)) == (False, datetime(2026, 11, 30, 8, tzinfo=UTC))


@pytest.mark.parametrize(
    ("day", "hours", "says"),
    [
        ("monday", "8 to 6", "write hours as 08:00-18:00"),
        ("monday", "18:00-08:00", "ends before it begins"),
        ("mon", "08:00-18:00", "unknown day 'mon'"),
    ],
)
def test_hours_that_cannot_be_read_are_named(day: str, hours: str, says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        Shop(support_hours={day: hours})
