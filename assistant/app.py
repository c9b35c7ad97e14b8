"""The composition root: the only place where adapters are chosen."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from assistant.answering.answerer import choose_answerer
from assistant.answering.inquiry import InquiryReader
from assistant.answering.prompts import Prompts
from assistant.answering.topics import Topics
from assistant.api import accounts, articles, conversations, inbox, metrics, pages, problems, shop, studio
from assistant.api.guard import Guard
from assistant.api.limits import RateLimits, Streams
from assistant.api.services import Services
from assistant.api.traffic import Traffic
from assistant.bell import Bell
from assistant.chat_models.local import LocalModel
from assistant.chat_models.openai_compatible import OpenAICompatible
from assistant.chat_models.port import ChatModel
from assistant.chat_models.scripted import ScriptedModel
from assistant.conversation import Turn
from assistant.desk import Desk
from assistant.errors import SnapshotError
from assistant.gate.decision import Gate
from assistant.gate.risk import Risk
from assistant.gate.rules import load_rules
from assistant.handoff.macros import Macro, load_macros
from assistant.knowledge import Shop
from assistant.orders.demo import DemoShop
from assistant.orders.identity import GuestLookup, IdentityTokens
from assistant.orders.phrasing import Phrasing
from assistant.orders.source import OrderSource
from assistant.orders.tools import OrderTools
from assistant.privacy import erasure
from assistant.privacy.email_address import EmailAddress
from assistant.privacy.erasure import Forgotten
from assistant.privacy.names import NameFinder
from assistant.privacy.redacting import RedactingModel
from assistant.responder import Responder
from assistant.retrieval.embedder import Embedder, RememberingEmbedder, SentenceTransformerEmbedder
from assistant.retrieval.embedding_cache import CachedEmbedder
from assistant.retrieval.index import open_index
from assistant.retrieval.index.port import PassageIndex
from assistant.retrieval.retriever import Retriever
from assistant.retrieval.shelf import Shelf
from assistant.settings import Model, Settings
from assistant.storage.accounts import Role
from assistant.storage.store import Store
from assistant.telemetry import Metrics, facts_of
from evals.cases import load_cases
from evals.gates import load_gates
from evals.judging import Judge
from evals.report import Report
from evals.run import Progress as CaseProgress
from evals.run import run_cases
from evals.runs import EvalRuns
from ingestion import SyncReport, sync
from ingestion.pipeline import Progress
from ingestion.sources.markdown import MarkdownSource

log = logging.getLogger("handrail")

POLL_SECONDS = 0.5  # for what other processes write to a conversation; what this one writes is told at once

FIRST_ACCOUNTS: tuple[tuple[str, Role], ...] = (("agent", "human_agent"), ("owner", "owner"))


@dataclass(frozen=True)
class Assistant:
    """All that answers a question; it needs no database."""

    settings: Settings
    shop: Shop
    macros: tuple[Macro, ...]
    embedder: Embedder
    index: PassageIndex
    shelf: Shelf
    orders: OrderSource | None
    model: RedactingModel | None
    responder: Responder

    async def close(self) -> None:
        """Release the index, the shop system and the model."""
        self.shelf.close()
        self.index.close()
        if self.orders:
            await self.orders.close()
        if self.model:
            await self.model.close()


def assemble(settings: Settings, risk: Risk | None = None) -> Assistant:
    """Build the assistant, with the shipped risk weights unless others are given.

    Raises:
        KnowledgeError: macros, topics, rules, prompts or demo orders are broken.
        SnapshotError: the Qdrant server does not answer.
    """
    shop = Shop.load(settings.knowledge)
    macros = load_macros(settings.knowledge)
    cache = settings.home / "cache"
    embedder = RememberingEmbedder(CachedEmbedder(SentenceTransformerEmbedder(settings.embedder.name), cache))
    index = open_index(settings)
    shelf = Shelf(index)
    topics = Topics.load(settings.knowledge, embedder, cache)
    orders = demo_shop(settings, shop)
    phrasing = Phrasing.load(settings.knowledge) if orders else None
    chosen = choose_model(settings)
    model = RedactingModel(chosen, NameFinder()) if chosen else None
    responder = Responder(
        reader=InquiryReader(topics, embedder),
        shelf=shelf,
        retriever=Retriever(embedder),
        orders=OrderTools(orders, shop.today) if orders else None,
        answerer=choose_answerer(embedder, phrasing, model, Prompts.load(settings.prompts), settings.model.wording),
        gate=Gate(load_rules(settings.knowledge), topics, risk or Risk.load(), settings.gate.threshold),
        shop=shop,
        seconds=settings.turn.seconds,
        passages=settings.turn.passages,
    )
    return Assistant(settings, shop, macros, embedder, index, shelf, orders, model, responder)


def demo_shop(settings: Settings, shop: Shop) -> DemoShop | None:
    """The demo shop, where the knowledge folder has one."""
    return DemoShop.open(settings.knowledge, settings.home, shop.today, ZoneInfo(shop.time_zone))


def choose_model(settings: Settings) -> ChatModel | None:
    """The chat model that the settings name, or none."""
    if settings.model.name == "scripted":
        return ScriptedModel()
    return OpenAICompatible(settings.model) if settings.model.name else None


@contextmanager
def local_model(settings: Settings, file: Path | None) -> Iterator[Settings]:
    """Serve a GGUF file while the block runs; yields settings whose chat model it is. Without a file, nothing is done.

    Raises:
        SettingsError: the extra is not installed, or the file cannot be served.
    """
    if file is None:
        yield settings
        return
    with LocalModel(file, settings.model, settings.home) as model:
        yield settings.model_copy(update={"model": model})


def publish(assistant: Assistant, progress: Progress) -> SyncReport:
    """Bring the index up to date with the knowledge folder; errors as in `ingestion.sync`."""
    settings = assistant.settings
    source = MarkdownSource(settings.knowledge)
    return sync(source, assistant.embedder, assistant.index, settings.home / "cache", progress=progress)


async def evaluate(assistant: Assistant, progress: CaseProgress) -> Report:
    """Run the knowledge folder's cases through the responder; the settings' judge is shown some of the replies."""
    settings = assistant.settings
    halves = load_cases(settings.knowledge / "cases")
    judge = choose_judge(settings, assistant.embedder)
    try:
        gates = load_gates(settings.knowledge)
        return await run_cases(assistant.responder, halves, assistant.orders, progress, gates, judge)
    finally:
        if judge:
            await judge.model.close()


def choose_judge(settings: Settings, embedder: Embedder) -> Judge | None:
    """The judge that the settings name, or none."""
    chosen = settings.judge
    if not chosen.name:
        return None
    address = Model(name=chosen.name, base_url=chosen.base_url, api_key=chosen.api_key, seconds=chosen.seconds)
    model = RedactingModel(OpenAICompatible(address), NameFinder())
    return Judge(model, embedder, chosen.seconds, chosen.replies, chosen.total_seconds)


def eval_runs(assistant: Assistant) -> EvalRuns:
    """The runs kept in the home folder."""
    return EvalRuns(assistant.settings.home / "evals", partial(evaluate, assistant))


def warm(assistant: Assistant) -> None:
    """Load the embedder and what guards a chat model, and open the snapshot: the first customer need not wait."""
    assistant.embedder.embed(["hello"])
    if assistant.model:
        assistant.model.load()
    try:
        assistant.shelf.warm()
    except SnapshotError as error:
        log.warning("no snapshot can be served yet: %s", error)


async def first_sign_ins(settings: Settings) -> dict[str, str]:
    """Make the first accounts, with generated passwords; nothing where there are accounts already.

    Returns:
        Password by account name, to be shown once: only a hash is stored.
    """
    store = await Store.open(settings.database_url)
    try:
        if await store.accounts():
            return {}
        passwords = {name: secrets.token_urlsafe(12) for name, _ in FIRST_ACCOUNTS}
        for name, role in FIRST_ACCOUNTS:
            await store.add_account(name, role, accounts.hasher.hash(passwords[name]))
        return passwords
    finally:
        await store.close()


async def reset_password(settings: Settings, name: str) -> str:
    """Give an account a new generated password.

    Raises:
        NotFound: there is no such account.
    """
    store = await Store.open(settings.database_url)
    try:
        password = secrets.token_urlsafe(12)
        await store.set_password(name, accounts.hasher.hash(password))
        return password
    finally:
        await store.close()


async def forget_person(settings: Settings, email: EmailAddress, *, dry_run: bool) -> Forgotten:
    """Erase a person from all that Handrail writes; errors as in `erasure.forget`."""
    demo = demo_shop(settings, Shop.load(settings.knowledge))
    store = await Store.open(settings.database_url)
    try:
        return await erasure.forget(email, store, demo, settings.home, settings.knowledge, dry_run=dry_run)
    finally:
        await store.close()


async def export_person(settings: Settings, email: EmailAddress) -> dict[str, Any]:
    """Everything held about a person; errors as in `erasure.export`."""
    demo = demo_shop(settings, Shop.load(settings.knowledge))
    store = await Store.open(settings.database_url)
    try:
        return await erasure.export(email, store, demo)
    finally:
        await store.close()


def create_app(assistant: Assistant) -> FastAPI:
    """The service around an assistant, which it owns: it is closed when the service stops."""
    settings = assistant.settings
    counts = Metrics(settings.model.name)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with running(assistant, counts) as services:
            app.state.services = services
            yield

    app = FastAPI(
        title="Handrail",
        version=version("handrail"),
        description="Customer-service assistant for online shops.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    problems.install(app)
    parts = (conversations, articles, shop, accounts, inbox, studio, metrics)
    for routes in (part.router for part in parts):
        app.include_router(routes)
    pages.install(app)
    app.add_middleware(Guard, body_bytes=settings.limits.body_bytes)
    app.add_middleware(Traffic, metrics=counts)
    if settings.server.allowed_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(settings.server.allowed_origins),
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type", "Last-Event-ID"],
            expose_headers=["Retry-After"],
        )
    return app


@asynccontextmanager
async def running(assistant: Assistant, metrics: Metrics) -> AsyncIterator[Services]:
    """The parts of a running service, with the desk at work."""

    def finished(turn: Turn) -> None:
        metrics.turn(turn)
        log.info("turn finished", extra={"fields": facts_of(turn)})

    settings = assistant.settings
    store = await Store.open(settings.database_url)
    await asyncio.to_thread(warm, assistant)
    bell = Bell()
    desk = Desk(store, assistant.responder, assistant.shop, bell, finished, settings.limits.turns)
    evals = eval_runs(assistant)
    desk.start()
    watching = asyncio.create_task(bell.watch(store.last_events, POLL_SECONDS))
    try:
        yield Services(
            settings=settings,
            shop=assistant.shop,
            store=store,
            desk=desk,
            bell=bell,
            shelf=assistant.shelf,
            tokens=IdentityTokens(settings.identity),
            guests=GuestLookup(assistant.orders, settings.limits) if assistant.orders else None,
            limits=RateLimits(settings.limits),
            streams=Streams(settings.limits),
            metrics=metrics,
            evals=evals,
            macros=assistant.macros,
        )
    finally:
        watching.cancel()
        await desk.close(settings.server.stop_seconds)
        await evals.close()
        await assistant.close()
        await store.close()
