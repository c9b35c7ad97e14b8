"""The command line: serve, sync, ask, evals run, doctor, forget, export, and two small chores."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer
from rich.console import Console
from rich.markdown import Markdown
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from assistant.errors import HandrailError
from assistant.settings import Settings

if TYPE_CHECKING:
    from assistant.app import Assistant
    from assistant.conversation import Turn
    from assistant.doctor import Finding
    from assistant.privacy.email_address import EmailAddress
    from assistant.privacy.erasure import Forgotten
    from ingestion import SyncReport

app = typer.Typer(
    name="handrail",
    help="Handrail: a customer-service assistant for online shops.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
evals_app = typer.Typer(help="How often the assistant is wrong.", no_args_is_help=True)
app.add_typer(evals_app, name="evals")

Knowledge = Annotated[Path | None, typer.Option("--knowledge", help="Folder with articles/ and what belongs to them.")]
Home = Annotated[Path | None, typer.Option("--home", help="Folder where index, database and reports live.")]

Gguf = Annotated[
    Path | None, typer.Option("--local-model", help="GGUF file of a chat model, served on this machine meanwhile.")
]

out = Console()
err = Console(stderr=True)


def main() -> None:
    """Run a command; what is wrong is said in a line, with exit code 2."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    try:
        app()
    except HandrailError as error:
        err.print(f"[bold red]handrail:[/] {escape(str(error))}", highlight=False)
        sys.exit(2)


@app.command()
def serve(
    knowledge: Knowledge = None,
    home: Home = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one.")] = None,
    gguf: Gguf = None,
) -> None:
    """Publish the knowledge folder, then serve the widget, the inbox and the studio."""
    from assistant.app import assemble, local_model
    from assistant.serving import serve_forever

    listen = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    with local_model(Settings.load(knowledge=knowledge, home=home, server=listen or None), gguf) as settings:
        assistant = assemble(settings)
        _report(_publish(assistant))
        serve_forever(assistant, out)


@app.command("sync")
def sync_command(knowledge: Knowledge = None, home: Home = None) -> None:
    """Publish the knowledge folder as a new snapshot; a running service moves to it without a restart."""
    with _assistant(Settings.load(knowledge=knowledge, home=home)) as assistant:
        report = _publish(assistant)
    _report(report)
    if report.refused:
        raise typer.Exit(1)


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="The question, in the customer's words.")] = None,
    knowledge: Knowledge = None,
    home: Home = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole turn as JSON.")] = False,
    batch: Annotated[Path | None, typer.Option(help="File of questions, one JSON object a line.")] = None,
    to: Annotated[Path | None, typer.Option("--out", help="File for the answers to --batch.")] = None,
    evidence: Annotated[int, typer.Option(min=1, max=100, help="Passages to list per answer of a batch.")] = 10,
    gguf: Gguf = None,
) -> None:
    """Ask one question, or a file of them."""
    from assistant.app import warm

    if (question is None) == (batch is None):
        raise typer.BadParameter('give either a question or --batch FILE, as in: handrail ask "how long is shipping?"')
    if batch and not batch.is_file():
        raise typer.BadParameter(f"--batch: there is no file {batch}")
    with _assistant(Settings.load(knowledge=knowledge, home=home), gguf) as assistant:
        if assistant.index.current() is None:
            _publish(assistant)
        warm(assistant)
        if batch:
            lines = batch.read_text("utf-8-sig").splitlines()
            with to.open("w", encoding="utf-8") if to else nullcontext(sys.stdout) as sink:
                asyncio.run(_ask_batch(assistant, lines, sink, evidence))
        elif question:
            _print_turn(asyncio.run(_ask_one(assistant, question)), as_json)


@evals_app.command("run")
def evals_run(
    knowledge: Knowledge = None,
    home: Home = None,
    to: Annotated[
        Path | None, typer.Option("--out", help="Folder for the report; default: evals/latest in the home folder.")
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option(help="report.json of an earlier run: to be worse than it fails, as a gate does.")
    ] = None,
    publish: Annotated[bool, typer.Option("--sync", help="Publish edits of the knowledge folder first.")] = False,
    gguf: Gguf = None,
) -> None:
    """Run the labelled cases through the production responder, on the articles that are published.

    Exit code: 0; 1 where a gate does not hold, a case raised, or a metric is worse than in --baseline by more than
    chance; 2 where the run could not be made.
    """
    from assistant.app import eval_runs
    from evals.comparison import with_comparison
    from evals.report import read_report
    from evals.writers import write_report

    settings = Settings.load(knowledge=knowledge, home=home)
    old = read_report(baseline) if baseline else None
    with _assistant(settings, gguf) as assistant:
        if publish or assistant.index.current() is None:
            _report(_publish(assistant))
        runs = eval_runs(assistant)
        with _bar("cases") as progress:
            run = asyncio.run(runs.run_now(lambda done, total, _: progress(done, total)))
    if run.state != "done":
        raise HandrailError(run.error or f"the run was {run.state}")
    report = with_comparison(runs.report(run.id), old) if old else runs.compared(run.id)
    folder = to or settings.home / "evals" / "latest"
    write_report(report, folder, out)
    out.print(
        f"Snapshot {report.snapshot}; what was edited since it was published is not in it. Report: {folder}",
        markup=False,
    )
    worse = bool(old and report.comparison and report.comparison.worse)
    raise typer.Exit(1 if worse or not report.passed else 0)


@evals_app.command("compare")
def evals_compare(
    old: Annotated[Path, typer.Argument(help="report.json of the earlier run.")],
    new: Annotated[Path, typer.Argument(help="report.json of the later run.")],
    to: Annotated[Path | None, typer.Option("--out", help="Folder for the new report with the comparison.")] = None,
) -> None:
    """Compare two reports case by case.

    Exit code: 0; 1 where a metric is worse by more than chance; 2 where a file is no report.
    """
    from evals.comparison import with_comparison
    from evals.report import read_report
    from evals.writers import print_comparison, write_files

    report = with_comparison(read_report(new), read_report(old))
    assert report.comparison  # noqa: S101 - it was just made
    print_comparison(report.comparison, report.meanings, out)
    if to:
        write_files(report, to)
        out.print(f"Report: {to}", markup=False)
    raise typer.Exit(1 if report.comparison.worse else 0)


@app.command()
def doctor(
    knowledge: Knowledge = None,
    home: Home = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Look for what is wrong; each finding comes with its remedy. Changes nothing; exit code 1 where something is."""
    from assistant.doctor import examine

    findings = []
    for finding in examine(knowledge, home):
        findings.append(finding)
        if not as_json:
            _print_finding(finding)
    if as_json:
        sys.stdout.write(json.dumps([asdict(finding) for finding in findings], indent=2) + "\n")
    raise typer.Exit(0 if all(finding.fine for finding in findings) else 1)


@app.command("reset-password")
def reset_password_command(name: str, knowledge: Knowledge = None, home: Home = None) -> None:
    """Give an account (agent, owner) a new generated password and print it."""
    from assistant.app import reset_password

    password = asyncio.run(reset_password(Settings.load(knowledge=knowledge, home=home), name))
    out.print(f"{name}  {password}", highlight=False, markup=False)


@app.command("forget")
def forget_command(
    email: Annotated[str, typer.Argument(help="The person's e-mail address.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what is held; change nothing.")] = False,
    knowledge: Knowledge = None,
    home: Home = None,
) -> None:
    """Erase a person from everything Handrail has written; exit code 1: old bytes are left on disk, run it again."""
    from assistant.app import forget_person

    settings = Settings.load(knowledge=knowledge, home=home)
    found = asyncio.run(forget_person(settings, _address(email), dry_run=dry_run))
    _print_forgotten(found, dry_run)
    raise typer.Exit(1 if found.repeat else 0)


@app.command("export")
def export_command(
    email: Annotated[str, typer.Argument(help="The person's e-mail address.")],
    to: Annotated[Path, typer.Option("--out", help="File for what is held, as JSON.")],
    knowledge: Knowledge = None,
    home: Home = None,
) -> None:
    """Write down everything held about a person."""
    from assistant.app import export_person

    held = asyncio.run(export_person(Settings.load(knowledge=knowledge, home=home), _address(email)))
    to.write_text(json.dumps(held, ensure_ascii=False, indent=2, default=str), "utf-8")
    out.print(f"{len(held['conversations'])} conversations: {to}", highlight=False, markup=False)


@app.command("lock-prompts")
def lock_prompts(knowledge: Knowledge = None, home: Home = None) -> None:
    """Note the digest of each new prompt version in prompts/versions.lock."""
    from assistant.answering.prompts import update_lock

    added = update_lock(Settings.load(knowledge=knowledge, home=home).prompts)
    out.print("\n".join(added) or "nothing new", markup=False)


def _print_finding(finding: Finding) -> None:
    mark = {"ok": "[green]ok[/]    ", "advice": "[yellow]advice[/]", "wrong": "[red]wrong[/] "}[finding.state]
    out.print(f"{mark} {finding.subject}: {escape(finding.what)}", highlight=False)
    if finding.remedy:
        out.print(f"       → {escape(finding.remedy)}", highlight=False)


def _address(email: str) -> EmailAddress:
    from assistant.privacy.email_address import EmailAddress

    try:
        return EmailAddress(email)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _print_forgotten(found: Forgotten, dry_run: bool) -> None:
    if not found.anything:
        out.print("Nothing is held about this address.")
    else:
        out.print("Held:" if dry_run else "Erased:")
        linked = f"{found.verified} verified as theirs, {found.mentioned} with the address in their words"
        for name, count in found.rows.items():
            out.print(f"  {name:<15}{count}{f' ({linked})' if name == 'conversations' else ''}", highlight=False)
        out.print(f"  {'demo shop':<15}{found.customers} customers, {found.orders} orders", highlight=False)
        for path in found.files:
            out.print(f"  {path}", highlight=False, markup=False, soft_wrap=True)
    for path in found.left:
        out.print(f"Left, for you to change: {path}", highlight=False, markup=False, soft_wrap=True)
    if found.repeat:
        err.print(f"[red]old bytes may still be on disk[/] ({found.repeat}): run this again", highlight=False)


@contextmanager
def _assistant(settings: Settings, gguf: Path | None = None) -> Iterator[Assistant]:
    from assistant.app import assemble, local_model

    with local_model(settings, gguf) as chosen:
        assistant = assemble(chosen)
        try:
            yield assistant
        finally:
            asyncio.run(assistant.close())


@contextmanager
def _bar(what: str) -> Iterator[Callable[[int, int], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=False) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _publish(assistant: Assistant) -> SyncReport:
    from assistant.app import publish

    with _bar("embedding") as progress:
        return publish(assistant, progress)


def _report(report: SyncReport) -> None:
    for refused in report.refused:
        err.print(f"[red]refused[/] {escape(f'{refused.path}: {refused.why}')}", highlight=False)
    counts = ", ".join(
        f"{len(ids)} {name}"
        for name, ids in (("added", report.added), ("changed", report.changed), ("removed", report.removed))
        if ids
    )
    out.print(
        f"Snapshot {report.snapshot}: {report.passages} passages of"
        f" {len(report.added) + len(report.changed) + len(report.unchanged)} articles"
        f" ({counts or 'nothing changed'}; {report.embedded} embedded)",
        highlight=False,
    )


async def _ask_one(assistant: Assistant, question: str) -> Turn:
    from assistant.batch import Question
    from assistant.batch import ask as ask_one

    return await ask_one(assistant.responder, assistant.orders, Question(id="1", question=question))


async def _ask_batch(assistant: Assistant, lines: list[str], sink: TextIO, evidence: int) -> None:
    from assistant.batch import answer_lines

    responder = replace(assistant.responder, passages=max(evidence, assistant.responder.passages))
    total = sum(bool(line.strip()) for line in lines)
    done = 0
    with _bar("questions") as progress:
        async for answer in answer_lines(responder, assistant.orders, lines, evidence):
            sink.write(json.dumps(answer, ensure_ascii=False) + "\n")
            sink.flush()
            done += 1
            progress(done, total)


def _print_turn(turn: Turn, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(turn.model_dump_json(indent=2) + "\n")
        return
    outcome = turn.outcome
    out.print(Markdown(outcome.text))
    if outcome.kind == "reply":
        out.print()
        for source in dict.fromkeys((c.title, c.url) for c in outcome.citations):
            out.print(f"Source: {source[0]}  {source[1]}", highlight=False, markup=False)
    elif turn.trail.decision:
        why = turn.trail.decision.why
        out.print(f"\n({outcome.kind}, {outcome.reason}: {why})", highlight=False, markup=False)
