"""The owners' studio: the knowledge being served, and evals."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Response

from assistant.api.accounts import owner, same_site
from assistant.api.bodies import EvalReportBody, EvalRunStarted, KnowledgeBody
from assistant.api.problems import problems
from assistant.api.services import Here
from evals.page import html
from evals.pictures import pictures_of
from evals.report import Report
from evals.runs import LAST, EvalRun
from evals.writers import as_json, junit, markdown

Form = Literal["html", "json", "md", "xml"]
FORMS: dict[Form, tuple[Callable[[Report], str], str]] = {
    "html": (html, "text/html"),
    "json": (as_json, "application/json"),
    "md": (markdown, "text/markdown"),
    "xml": (junit, "application/xml"),
}
DOWNLOADS: dict[int | str, dict[str, Any]] = {200: {"content": {media_type: {} for _, media_type in FORMS.values()}}}
Against = Annotated[
    str, Query(max_length=60, description="run to compare with; `last`: the one done before, `nothing`: none")
]

router = APIRouter(
    prefix="/v1/studio", tags=["studio"], dependencies=[Depends(owner)], responses=problems(401, 403, 503)
)


@router.get("/knowledge")
async def read_knowledge(here: Here) -> KnowledgeBody:
    """The snapshot being served."""
    status = here.shelf.status()
    manifest = status.manifest
    return KnowledgeBody(
        snapshot=manifest.snapshot if manifest else None,
        published_at=manifest.published_at if manifest else None,
        articles=len(manifest.articles) if manifest else 0,
        passages=manifest.passages if manifest else 0,
        problem=status.problem,
    )


@router.get("/evals")
def list_runs(here: Here) -> list[EvalRun]:
    """Eval runs, the newest first."""
    return here.evals.runs()


@router.post("/evals", status_code=202, dependencies=[Depends(same_site)], responses=problems(409))
async def start_run(here: Here) -> EvalRunStarted:
    """Start a run over all cases; one at a time."""
    return EvalRunStarted(id=here.evals.start())


@router.get("/evals/{run_id}", responses=problems(404))
def read_run(run_id: str, here: Here) -> EvalRun:
    """A run and its progress."""
    return here.evals.run(run_id)


@router.post("/evals/{run_id}/cancel", status_code=202, dependencies=[Depends(same_site)], responses=problems(404, 409))
def cancel_run(run_id: str, here: Here) -> EvalRun:
    """Ask a run to stop; it does after the case it is at, and keeps no report."""
    here.evals.cancel(run_id)
    return here.evals.run(run_id)


@router.get("/evals/{run_id}/report", responses=problems(404))
def read_report(run_id: str, here: Here, against: Against = LAST) -> EvalReportBody:
    """What the report of a finished run shows; the cases one by one are in the download."""
    report = here.evals.compared(run_id, against)
    return EvalReportBody(report=report.summary(), pictures=pictures_of(report), passed=report.passed)


@router.get("/evals/{run_id}/report.{form}", response_class=Response, responses=DOWNLOADS | problems(404))
def download_report(run_id: str, form: Form, here: Here, against: Against = LAST) -> Response:
    """The whole report of a finished run, as a file."""
    write, media_type = FORMS[form]
    return Response(
        write(here.evals.compared(run_id, against)),
        media_type=media_type,
        headers={
            "Content-Disposition": f'attachment; filename="handrail-evals-{run_id}.{form}"',
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        },
    )
