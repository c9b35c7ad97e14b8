"""What a caller reads of an error."""

import pytest

from assistant.api.problems import detail_of
from assistant.errors import HandrailError, OrderError, OrderNotFound, SnapshotError, StorageUnavailable


@pytest.mark.parametrize("kind", [OrderError, SnapshotError, StorageUnavailable])
def test_what_names_parts_of_the_installation_stays_inside(kind: type[HandrailError]) -> None:
    assert "postgresql://" not in detail_of(kind("postgresql://shop:secret@db is away"))


def test_an_order_that_is_not_found_is_said_to_be() -> None:
    assert detail_of(OrderNotFound("we found no such order; check both")) == "we found no such order; check both"
