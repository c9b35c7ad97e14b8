"""axe-core finds no serious fault on our pages, in any state, on desktop and phone, in light and dark."""

from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page
from scenes import WALKS
from served import Served
from visits import Visits

pytestmark = pytest.mark.e2e

OURS = [walk for walk in WALKS if walk != "api"]  # the markup of Swagger UI is its own
RUN = "axe.run(document, {resultTypes: ['violations'], elementRef: false}).then(found => found.violations)"


@pytest.mark.parametrize("walk", OURS)
def test_no_page_has_a_serious_fault(walk: str, service: Served, visits: Visits) -> None:
    faults = []
    for scene in WALKS[walk](service, visits):
        for view in scene.views():
            faults += [f"{scene.name}, {view}: {fault}" for fault in serious(scene.page)]
    assert not faults, "\n".join(faults)


def test_a_fault_would_be_found(service: Served, visits: Visits) -> None:
    page = visits.open(service.url)
    page.evaluate("document.body.append(document.createElement('input'))")
    assert any("label" in fault for fault in serious(page))


def serious(page: Page) -> list[str]:
    """The faults of impact serious or critical, each with the element it is at and why."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found: list[dict[str, Any]] = page.evaluate(RUN)
    return [
        f"{violation['id']} at {node['target']}: {node['failureSummary']}"
        for violation in found
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]
