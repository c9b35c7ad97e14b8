"""Fitting the risk score: rows from turns, a logistic regression, and the threshold that keeps false answers few."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from assistant.gate.risk import FEATURES, Risk, features
from evals.results import RISK_DECIDES
from evals.scorers import why_wrong

if TYPE_CHECKING:
    from assistant.conversation import Turn
    from evals.cases import Case

FALSE_ANSWERS = 0.045  # highest share of must-not cases answered on the fitted half, half of which are near misses
FOLDS = 5
STRENGTHS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)  # inverse regularisation, chosen by out-of-fold log loss

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Row:
    """One draft from articles; only risk holds back what is `sendable`."""

    case_id: str
    group: str
    features: dict[str, float]
    wrong: bool
    answerable: bool
    sendable: bool


@dataclass(frozen=True)
class Fit:
    """A fitted risk. `risks` are each row's out-of-fold risk as the gate would see it, shape (rows,)."""

    risk: Risk
    risks: Array
    strength: float
    auroc: float
    log_loss: float


@dataclass(frozen=True)
class Operating:
    """What a threshold does to the fitted half, out of fold; all but `threshold` are shares of cases or of replies."""

    threshold: float
    false_answers: float
    answered: float
    wrong: float


def row_of(case: Case, turn: Turn) -> Row | None:
    """The row of one turn; None where its risk would not have decided."""
    trail = turn.trail
    evidence, draft, support, decision = trail.evidence, trail.draft, trail.support, trail.decision
    if not (evidence and draft and support and decision) or decision.reason not in RISK_DECIDES:
        return None
    if not draft.signals or any(c.article_id is None for c in draft.citations):
        return None
    return Row(
        case_id=case.id,
        group=case.group,
        features=features(draft),
        wrong=bool(why_wrong(case, draft.text, draft.citations)),
        answerable=case.answerable,
        sendable=draft.answers_question and support.carried,
    )


def fit(rows: Sequence[Row]) -> Fit:
    """Fit P(wrong) by logistic regression; the regularisation is chosen by cross-validation over groups.

    Args:
        rows: right and wrong ones, of at least FOLDS groups.
    """
    x = np.array([[row.features[name] for name in FEATURES] for row in rows])
    y = np.array([row.wrong for row in rows])
    groups = [row.group for row in rows]
    tried = {strength: out_of_fold(x, y, groups, strength) for strength in STRENGTHS}
    best = min(STRENGTHS, key=lambda strength: float(log_loss(y, tried[strength])))
    return Fit(
        risk=unscaled(_model(best).fit(x, y)),
        risks=tried[best],
        strength=best,
        auroc=float(roc_auc_score(y, tried[best])),
        log_loss=float(log_loss(y, tried[best])),
    )


def out_of_fold(x: Array, y: NDArray[np.bool_], groups: Sequence[str], strength: float) -> Array:
    """P(wrong) of every row by a model that saw no row of its group, shape (rows,)."""
    folds = GroupKFold(n_splits=FOLDS)
    found: Array = cross_val_predict(_model(strength), x, y, groups=groups, cv=folds, method="predict_proba")
    return found[:, 1]


def unscaled(model: Pipeline) -> Risk:
    """The same model over raw features: the standardisation folded into weights and intercept."""
    scaler, regression = model[0], model[-1]
    weights = regression.coef_[0] / scaler.scale_
    intercept = float(regression.intercept_[0] - weights @ scaler.mean_)
    return Risk(
        intercept=round(intercept, 4),
        weights={name: round(float(weight), 4) for name, weight in zip(FEATURES, weights, strict=True)},
    )


def choose_threshold(rows: Sequence[Row], risks: Array, cases: Sequence[Case]) -> Operating:
    """The highest threshold, in hundredths, that keeps the share of must-not cases answered within FALSE_ANSWERS.

    Args:
        rows: the drafts that risk decides on.
        risks: their risk, shape (rows,).
        cases: the whole half: what a rule or a topic holds back counts as not answered.
    """
    options = (operate(rows, risks, cases, hundredth / 100) for hundredth in range(100, -1, -1))
    return next(option for option in options if option.false_answers <= FALSE_ANSWERS or option.threshold == 0)


def operate(rows: Sequence[Row], risks: Array, cases: Sequence[Case], threshold: float) -> Operating:
    """What a threshold would have done."""
    sent = [row for row, risk in zip(rows, risks, strict=True) if row.sendable and risk <= threshold]
    answerable = sum(case.answerable for case in cases)
    answered = sum(row.answerable for row in sent)
    return Operating(
        threshold=threshold,
        false_answers=(len(sent) - answered) / max(1, len(cases) - answerable),
        answered=answered / max(1, answerable),
        wrong=sum(row.wrong for row in sent) / max(1, len(sent)),
    )


def _model(strength: float) -> Pipeline:
    return make_pipeline(StandardScaler(), LogisticRegression(C=strength))
