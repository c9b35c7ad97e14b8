"""The owners' studio: the knowledge being served, and evals."""

from fastapi import APIRouter, Depends

from assistant.api.accounts import owner, same_site
from assistant.api.bodies import EvalRunStarted, KnowledgeBody
from assistant.api.problems import PROBLEMS
from assistant.api.services import Here
from evals.runs import EvalRun, EvalRunLine

router = APIRouter(prefix="/v1/studio", tags=["studio"], dependencies=[Depends(owner)], responses=PROBLEMS)


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
async def list_runs(here: Here) -> list[EvalRunLine]:
    """Eval runs, the newest first."""
    return here.evals.lines()


@router.post("/evals", status_code=202, dependencies=[Depends(same_site)])
async def start_run(here: Here) -> EvalRunStarted:
    """Start a run over all cases; one at a time."""
    return EvalRunStarted(id=here.evals.start())


@router.get("/evals/{run_id}")
async def read_run(run_id: str, here: Here) -> EvalRun:
    """A run: its progress, and its report once it is done."""
    return here.evals.run(run_id)
