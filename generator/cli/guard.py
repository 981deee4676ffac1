"""`gen guard`"""

from __future__ import annotations

from pathlib import Path

import click

from generator.cli import options, shown, sound
from generator.cli.main import COMMANDS


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
    report = shown.Report(format, file.parent)
    (chosen,) = sound.services(context, report, file, [service])

    from generator.charts import guard  # noqa: PLC0415 - half a second, and Node behind it

    text = guard.render(chosen)
    report.say_exactly(text)
    report.result(service=service, version=chosen.version, manifests=text, grants=guard.grants(chosen))
    report.finish()
