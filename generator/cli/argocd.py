"""`gen argocd`"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import click

from generator import argocd, conventions, model
from generator.cli import options, shown, sound
from generator.cli.main import COMMANDS
from generator.diagnostics import GenError


@click.command("argocd", short_help=COMMANDS["argocd"])
@click.argument("services", nargs=-1, metavar="[SERVICE]...")
@options.file
@options.output
@click.option(
    "--application-set",
    is_flag=True,
    help="An ApplicationSet that joins both directories, and its AppProject.",
)
@click.option(
    "--standalone", is_flag=True, help="Applications with nothing but migrations. They gate nothing."
)
@click.option(
    "--repo-url", metavar="URL", help="The repository as Argo CD knows it. Default: Git's remote `origin`."
)
@click.option(
    "--revision", default="HEAD", show_default=True, help="What Argo CD follows: a branch, a tag, HEAD."
)
@click.option(
    "--application-path",
    default=f"apps/{argocd.SERVICE}",
    show_default=True,
    metavar="PATH",
    help="Where the application's own manifests are, from the repository's root.",
)
@click.option("--project", default="services", show_default=True, help="The AppProject.")
@click.option("--argocd-namespace", default="argocd", show_default=True, help="Where Argo CD runs.")
@click.pass_context
def command(
    context: click.Context,
    services: tuple[str, ...],
    file: Path,
    output: Path | None,
    application_set: bool,
    standalone: bool,
    repo_url: str | None,
    revision: str,
    application_path: str,
    project: str,
    argocd_namespace: str,
) -> None:
    """Print what puts a service's manifests where they gate its workload.

    By default that is the `sources:` entry for the application's own Application: only inside one
    Application does Argo CD run the migration before the workload changes.
    """
    if application_set and standalone:
        raise click.UsageError("--application-set and --standalone exclude each other.")
    root = file.parent
    chosen = sound.services(context, shown.Report("text", root), file, services)
    top = _git(root, "rev-parse", "--show-toplevel")
    out = output or root / conventions.OUTPUT
    target = argocd.target(
        repository=repo_url or _remote(root),
        revision=revision,
        out=os.path.relpath(out.resolve(), Path(top).resolve() if top else root.resolve()),
        application_path=application_path,
        project=project,
        argocd_namespace=argocd_namespace,
        several=application_set or len(chosen) > 1,
        workload_kinds=_workload_kinds(chosen),
    )
    if application_set:
        click.echo(argocd.application_set(chosen, target), nl=False)
    elif standalone:
        click.echo(argocd.standalone(chosen, target), nl=False)
        click.echo(f"warning: {argocd.standalone_warning(chosen)}", err=True)
    else:
        click.echo(argocd.sources(chosen, target), nl=False)


def _workload_kinds(services: Sequence[model.Service]) -> tuple[tuple[str, str], ...]:
    """A Secret that the application manages has to be allowed in its project too."""
    manages = any(each.database.secret.managed_by is model.ManagedBy.APPLICATION for each in services)
    return (("", "Secret"), *argocd.WORKLOAD_KINDS) if manages else argocd.WORKLOAD_KINDS


def _remote(root: Path) -> str:
    url = _git(root, "remote", "get-url", "origin")
    if url is None:
        raise GenError("which repository Argo CD reads is not known here", "name it with --repo-url")
    return url


def _git(root: Path, *arguments: str) -> str | None:
    """What Git says, or None outside of a repository or without Git."""
    try:
        answer = subprocess.run(
            ["git", "-C", str(root), *arguments], capture_output=True, text=True, check=True, timeout=30
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip() or None
