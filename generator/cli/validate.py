"""`gen validate`"""

from __future__ import annotations

from pathlib import Path

import click

from generator import conventions, diagnostics, tools, validate
from generator.cli import options, shown
from generator.cli.main import COMMANDS, EXIT_PROBLEMS


@click.command("validate", short_help=COMMANDS["validate"])
@click.argument("directory", type=click.Path(path_type=Path), default=Path(conventions.OUTPUT))
@click.option(
    "--kubernetes",
    "versions",
    multiple=True,
    metavar="VERSION",
    help="Check against this version only, e.g. 1.35; may be repeated. Default: all that gen has.",
)
@options.format
@click.pass_context
def command(context: click.Context, directory: Path, versions: tuple[str, ...], format: str) -> None:
    """Check every manifest in DIRECTORY (default: out) against the Kubernetes schemas, strictly.

    kubeconform does it where it is found, else gen itself with the same schemas. Nothing is downloaded.
    """
    here = Path()
    found = tools.find("kubeconform", tools.directory(here))
    result = validate.validate(here, directory, versions, found.path)
    report = shown.Report(format, here)
    report.add(result.diagnostics)
    for each in result.checked:
        report.say(f"Kubernetes {each.kubernetes}: {each.objects} objects in {each.files} files")
    failed = diagnostics.has_errors(result.diagnostics)
    report.say(f"checked by {result.engine}: {'not valid' if failed else 'all valid'}")
    report.result(
        engine=result.engine,
        checked=[
            {"kubernetes": each.kubernetes, "files": each.files, "objects": each.objects}
            for each in result.checked
        ],
    )
    report.finish()
    context.exit(EXIT_PROBLEMS if failed else 0)
