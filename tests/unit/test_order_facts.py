import json
from datetime import date

import pytest
from sample_orders import DELIVERED, SITUATION_SAMPLES, TODAY, a_parcel, a_refund, a_return, an_order, day

from assistant.orders.facts import facts, refund_facts
from assistant.orders.situations import SITUATIONS, working_days_since
from assistant.orders.words import Order


@pytest.mark.parametrize("situation", SITUATIONS)
def test_every_situation_is_told_from_its_order(situation: str) -> None:
    assert facts(SITUATION_SAMPLES[situation], TODAY)["situation"] == situation


def test_facts_are_json_with_iso_dates_and_amounts() -> None:
    found = json.loads(json.dumps(facts(SITUATION_SAMPLES["in_transit"], TODAY)))
    assert found["placed_on"] == "2026-11-09"
    assert found["shipped_on"] == "2026-11-13"
    assert found["expected_on"] == "2026-11-19"
    assert found["total"] == "129.00 EUR"
    assert found["items"] == ["2 × Hiking boots"]
    assert found["tracking_url"] == "https://track.example/1550"


@pytest.mark.parametrize("situation", SITUATIONS)
def test_facts_hold_no_email_address_or_note(situation: str) -> None:
    told = json.dumps(facts(SITUATION_SAMPLES[situation], TODAY))
    assert not [secret for secret in ("aoife@example.com", "Shop Street", "ignore previous") if secret in told]


@pytest.mark.parametrize(
    ("since", "until", "days"),
    [
        (date(2026, 11, 17), date(2026, 11, 18), 0),  # Tuesday to Wednesday: no whole day between
        (date(2026, 11, 17), date(2026, 11, 20), 2),
        (date(2026, 11, 13), date(2026, 11, 17), 1),  # over a weekend
        (date(2026, 11, 18), date(2026, 11, 10), 0),
    ],
)
def test_working_days_are_whole_days_between(since: date, until: date, days: int) -> None:
    assert working_days_since(since, until) == days


def test_an_estimate_of_tuesday_is_late_on_friday_not_on_thursday() -> None:
    order = an_order(shipments=(a_parcel(expected_on=date(2026, 11, 17)),))
    assert facts(order, date(2026, 11, 19))["situation"] == "in_transit"
    on_friday = facts(order, date(2026, 11, 20))
    assert (on_friday["situation"], on_friday["days_late"]) == ("late", 2)


def test_an_order_that_never_left_is_late_by_its_own_estimate() -> None:
    found = facts(an_order(state="preparing", expected_on=day(-6)), TODAY)
    assert (found["situation"], found["shipped_on"]) == ("late", None)


@pytest.mark.parametrize(("country", "situation"), [("GB", "lost"), ("US", "late"), ("", "late")])
def test_a_parcel_is_lost_sooner_nearby(country: str, situation: str) -> None:
    parcel = a_parcel(last_scan_on=day(-16), expected_on=day(-14))
    assert facts(an_order(country=country, shipments=(parcel,)), TODAY)["situation"] == situation


def test_without_a_scan_the_days_are_counted_from_dispatch() -> None:
    parcel = a_parcel(last_scan_on=None, shipped_on=day(-29), status="pre_transit")
    assert facts(an_order(country="US", shipments=(parcel,)), TODAY)["situation"] == "lost"


def test_a_parcel_at_a_pickup_point_is_not_lost() -> None:
    parcel = a_parcel(status="available_for_pickup", last_scan_on=day(-20), expected_on=day(-20))
    assert facts(an_order(shipments=(parcel,)), TODAY)["situation"] == "available_for_pickup"


@pytest.mark.parametrize("situation", SITUATIONS)
def test_only_lost_and_returning_parcels_need_a_human(situation: str) -> None:
    needs_human = facts(SITUATION_SAMPLES[situation], TODAY)["needs_human"]
    assert needs_human == (situation in ("lost", "return_to_sender"))


def test_a_failed_delivery_needs_a_human() -> None:
    assert facts(an_order(shipments=(a_parcel(status="failure"),)), TODAY)["needs_human"]


def test_the_worst_of_two_parcels_speaks_for_the_order() -> None:
    late = a_parcel(expected_on=day(-6), tracking_code="LATE")
    found = facts(an_order(shipments=(a_parcel(), late)), TODAY)
    assert (found["situation"], found["tracking_code"], len(found["parcels"])) == ("late", "LATE", 2)


def test_delivered_is_the_day_of_the_last_parcel_and_only_when_all_came() -> None:
    first = a_parcel(status="delivered", delivered_on=day(-4))
    assert facts(an_order(shipments=(first, DELIVERED)), TODAY)["delivered_on"] == "2026-11-17"
    assert facts(an_order(shipments=(first, a_parcel())), TODAY)["delivered_on"] is None
    assert facts(an_order(state="delivered", shipments=(first,)), TODAY)["days_since_delivery"] == 4


def test_what_is_in_no_parcel_is_still_to_follow() -> None:
    order = an_order(state="partly_shipped", shipments=(a_parcel(lines=("Socks",)),))
    assert facts(order, TODAY)["items_to_follow"] == ["2 × Hiking boots"]


def test_a_cancelled_parcel_counts_for_nothing() -> None:
    order = an_order(state="preparing", shipments=(a_parcel(status="cancelled"),))
    assert (facts(order, TODAY)["situation"], facts(order, TODAY)["parcels"]) == ("preparing", [])


@pytest.mark.parametrize(
    ("order", "parcel_view", "money_view"),
    [
        (an_order(state="cancelled", refunds=(a_refund(),)), "cancelled", "refund_pending"),
        (an_order(state="delivered", refunds=(a_refund("paid"),)), "delivered", "refunded"),
        (an_order(shipments=(a_parcel(),), refunds=(a_refund(),)), "in_transit", "refund_pending"),
        (an_order(shipments=(a_parcel(),)), "in_transit", "in_transit"),
        (
            an_order(state="delivered", refunds=(a_refund("paid"),), returns=(a_return("announced"),)),
            "return_announced",
            "return_announced",
        ),
    ],
)
def test_a_refund_question_looks_at_the_money_first(order: Order, parcel_view: str, money_view: str) -> None:
    assert facts(order, TODAY)["situation"] == parcel_view
    assert refund_facts(order, TODAY)["situation"] == money_view
