"""`gen`: the group of commands, and the one place where anything unexpected is caught.

The commands are imported when they are called: `gen --help` has to answer at once.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys

import click

from generator.diagnostics import GenError

COMMANDS = {
    "argocd": "Print what Argo CD needs to apply a service's manifests.",
    "baseline": "Print what takes an existing database under goose's control.",
    "build": "Write the manifests of all services to out/.",
    "check": "Check services.yaml and the migrations; write nothing.",
    "checklist": "Go through what a new migration needs, from SQL to tests.",
    "dashboard": "Print Grafana's dashboard over all services.",
    "drift": "Compare a live database with what its migrations make.",
    "explain": "Explain a rule: what it finds, why, what to do.",
    "guard": "Print what makes an application wait for its migrations.",
    "lock": "Record the merged migrations, so that a later edit is noticed.",
    "migration": "Create a service's next migration.",
    "prisma": "Hold schema.prisma against what the migrations make.",
    "rollback": "Take a database back to an older version, or forward again.",
    "schema": "Print the JSON Schema of services.yaml.",
    "status": "Show the migrations of each service.",
    "test": "Rehearse the migrations on a real PostgreSQL.",
    "tools": "Show or install the external programs that gen uses.",
    "validate": "Check manifests against the Kubernetes schemas.",
}

EXIT_PROBLEMS = 1
EXIT_ERROR = 2


class Commands(click.Group):
    """Finds a command's module by its name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"generator.cli.{cmd_name}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            from generator.text import nearest  # noqa: PLC0415 - only for a typing mistake

            guess = nearest.nearest(args[0], list(COMMANDS))
            hint = f" Did you mean `{guess}`?" if guess else ""
            ctx.fail(f"No such command `{args[0]}`.{hint}")
        return super().resolve_command(ctx, args)


def _version(ctx: click.Context, parameter: click.Parameter, wanted: bool) -> None:
    if wanted:
        from importlib import metadata  # noqa: PLC0415 - slow, and rarely wanted

        click.echo(f"gen {metadata.version('gitops-migrations')}")
        ctx.exit()


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 fine, 1 problems found or out/ is stale, 2 wrong usage or an internal error.",
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version."
)
def gen() -> None:
    """Database migrations for Argo CD: one services.yaml in, a tree of manifests out."""


def main() -> None:
    """The `gen` command."""
    if not os.environ.get("GEN_DEBUG"):
        # A library whose clean-up fails at exit (jsii's, where Node could not start) says nothing that helps.
        sys.unraisablehook = lambda _: None
    try:
        code = gen.main(standalone_mode=False)
        _flush()
    except click.exceptions.Abort:
        _stop("stopped", "")
    except click.ClickException as problem:
        problem.show()
        sys.exit(EXIT_ERROR)
    except GenError as problem:
        _stop(str(problem), problem.help)
    except BrokenPipeError:
        # Whoever read our output (`head`, a pager) has enough.
        _abandon_broken_output()
        sys.exit(EXIT_ERROR)
    except OSError as problem:
        _abandon_broken_output()
        _stop(f"{problem.filename or 'the system'}: {problem.strerror or problem}", "")
    except Exception as problem:
        if os.environ.get("GEN_DEBUG"):
            import traceback  # noqa: PLC0415 - not needed where all is well

            traceback.print_exc()
        help = (
            "this is a mistake in gen, not in your files; GEN_DEBUG=1 shows where. Nothing was written half"
        )
        _stop(f"internal error: {type(problem).__name__}: {problem}", help)
    # Python would look for garbage once more while it ends.
    gc.freeze()
    sys.exit(code if isinstance(code, int) else 0)


def _flush() -> None:
    """Output that can't be written is an error, not a success."""
    sys.stdout.flush()


def _abandon_broken_output() -> None:
    """Keeps Python from trying once more at its end, and exiting with 120, what could not be written."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _stop(message: str, help: str) -> None:
    click.echo(f"gen: {message}", err=True)
    if help:
        click.echo(f"help: {help}", err=True)
    sys.exit(EXIT_ERROR)
