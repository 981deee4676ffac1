"""`gen tools`"""

from __future__ import annotations

from pathlib import Path

import click

from generator import installing, tools
from generator.cli import options
from generator.cli.main import COMMANDS


@click.group("tools", short_help=COMMANDS["tools"], invoke_without_command=True)
@options.file
@click.pass_context
def command(context: click.Context, file: Path) -> None:
    """Show which external programs were found, where, and at which version.

    gen looks into the tool directory (.tools/bin beside the file, or GEN_TOOLS_DIR), then on PATH.
    """
    directory = tools.directory(file.parent)
    context.obj = directory
    if context.invoked_subcommand is None:
        for each in tools.survey(directory):
            _show(each)
        for name, version in tools.further(directory):
            click.echo(f"{name:<12} {version}  {directory / f'{name}-{version}'}  (for images that name it)")


@command.command("install")
@click.argument("names", nargs=-1)
@click.pass_context
def install(context: click.Context, names: tuple[str, ...]) -> None:
    """Build the pinned versions of NAMES (default: all) into the tool directory, with Go.

    `goose@3.26.0` builds that version beside the pinned one: `gen test` takes it where a service's image names
    it.
    """
    for each in installing.install(
        names or sorted(tools.PINS), context.obj, lambda line: click.echo(line, err=True)
    ):
        _show(each)


def _show(tool: tools.Tool) -> None:
    if tool.path is None:
        state = f"not found; `gen tools install {tool.name}` builds {tool.pinned}"
    elif tool.matches:
        state = f"{tool.version}  {tool.path}"
    else:
        state = f"{tool.version or 'unknown version'}  {tool.path}  (gen is tested with {tool.pinned})"
    click.echo(f"{tool.name:<12} {state}")
