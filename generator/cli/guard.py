"""`gen guard`"""

from __future__ import annotations

from pathlib import Path

import click

from generator.cli import options, shown
from generator.cli.main import COMMANDS, EXIT_PROBLEMS


@click.command("guard", short_help=COMMANDS["guard"])
@click.argument("service")
@options.file
@options.format
@click.pass_context
def command(context: click.Context, service: str, file: Path, format: str) -> None:
    """Print the initContainer that keeps an application from starting without its migrations.

    Argo CD skips hooks on a selective sync, on self-heal and on its own rollback: the application is then
    deployed, and its migration is not. With this part in its Deployment, a pod waits until the database has
    the expected version.

    \b
      gen guard auth-service > guard.yaml

    It is goose's own image and needs no shell. The version comes from the release marker in out/, so the
    Deployment is edited once. The comment at its top says where it belongs. Nothing is written here.
    """
    from generator import check  # noqa: PLC0415 - 0.2 s that --help can do without

    report = shown.Report(format, file.parent)
    checked = check.check(file)
    if not checked.is_sound or checked.project is None:
        report.add(checked.diagnostics)
        report.finish()
        context.exit(EXIT_PROBLEMS)
    options.known(checked.project, [service])
    (chosen,) = [each for each in checked.project.services if each.name == service]

    from generator.charts import guard  # noqa: PLC0415 - half a second, and Node behind it

    text = guard.render(chosen)
    report.say_exactly(text)
    report.result(service=service, version=chosen.version, manifests=text, grants=guard.grants(chosen))
    report.finish()
