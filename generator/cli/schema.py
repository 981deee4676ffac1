"""`gen schema`"""

from __future__ import annotations

import click

from generator.cli.main import COMMANDS
from generator.spec import schema


@click.command("schema", short_help=COMMANDS["schema"])
def command() -> None:
    """Print the JSON Schema of services.yaml.

    An editor with YAML support then completes and checks the file while it is written. Name the schema
    in the file's first line: `# yaml-language-server: $schema=schemas/services.schema.json`
    """
    click.echo(schema.render(), nl=False)
