"""Fits the risk score to the fitted half of the cases: `python -m evals.fit_risk`.

Writes assistant/gate/risk.json and its card risk.md, and prints the card with the threshold to set (`gate.threshold`).
The held-back half is never looked at.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.progress import track

from assistant.gate.risk import FEATURES, WEIGHTS, Risk
from evals.cases import Case, load_cases
from evals.fitting import FALSE_ANSWERS, FOLDS, Fit, Operating, Row, choose_threshold, fit, row_of
from evals.run import turn_of

if TYPE_CHECKING:
    from assistant.orders.source import OrderSource
    from assistant.responder import Responder

HALF = "fitted"


async def gather(responder: Responder, cases: Sequence[Case], orders: OrderSource | None) -> list[Row]:
    """One row for each case whose draft comes from articles and is not decided by a rule, topic or order."""
    found = [row_of(case, await turn_of(responder, orders, case)) for case in track(cases, "cases")]
    return [row for row in found if row]


def card(rows: Sequence[Row], found: Fit, operating: Operating, day: date) -> str:
    """The model card, in Markdown."""
    return f"""# Risk score

The probability that a draft made of article sentences would be a wrong reply: logistic regression over
{", ".join(FEATURES)}; the weights stand in risk.json.

- **Data:** {len(rows)} drafts of {len({row.group for row in rows})} groups of the fitted half of knowledge/cases,
  {sum(row.wrong for row in rows)} of which would have been wrong; written for this repository, licence Apache-2.0.
  Cases decided by a rule, a reserved topic or the customer's own order are not in it, nor is the held-back half.
- **Fitted:** {day:%Y-%m-%d} by `python -m evals.fit_risk`; inverse regularisation {found.strength:g}, chosen by
  {FOLDS}-fold cross-validation over groups.
- **Out of fold:** AUROC {found.auroc:.3f}, log loss {found.log_loss:.3f}.
- **Threshold:** {operating.threshold:.2f} is the highest that answers at most {FALSE_ANSWERS:.0%} of the cases that
  must not be answered ({operating.false_answers:.1%}); it answers {operating.answered:.1%} of the others, and of its
  replies {operating.wrong:.1%} are wrong. All on the fitted half, out of fold: an estimate, not a bound.
- **Limits:** the cases speak of one made-up shop, in English. Another shop's articles need a fit of their own.
"""


async def main(knowledge: Path | None, home: Path | None, folder: Path) -> str:
    """Fit, write risk.json and risk.md to `folder`, and give the card."""
    from assistant.app import assemble, publish
    from assistant.settings import Settings

    settings = Settings.load(knowledge=knowledge, home=home, model={"name": ""})  # the score is of extractive drafts
    assistant = assemble(settings, Risk(intercept=0.0, weights=dict.fromkeys(FEATURES, 0.0)))
    try:
        publish(assistant, lambda done, total: None)  # noqa: ARG005 - embedding takes seconds and is not shown
        cases = load_cases(settings.knowledge / "cases")[HALF]
        rows = await gather(assistant.responder, cases, assistant.orders)
    finally:
        await assistant.close()
    found = fit(rows)
    text = card(rows, found, choose_threshold(rows, found.risks, cases), datetime.now(UTC).date())
    (folder / "risk.json").write_text(found.risk.model_dump_json(indent=2) + "\n", "utf-8")
    (folder / "risk.md").write_text(text, "utf-8")
    return text


if __name__ == "__main__":
    options = argparse.ArgumentParser(description="Fit the risk score to the fitted half of the cases.")
    options.add_argument("--knowledge", type=Path, help="folder with articles/ and cases/")
    options.add_argument("--home", type=Path, help="folder where the index lives")
    options.add_argument("--out", type=Path, default=WEIGHTS.parent, help="folder for risk.json and risk.md")
    chosen = options.parse_args()
    sys.stdout.write(asyncio.run(main(chosen.knowledge, chosen.home, chosen.out)))
