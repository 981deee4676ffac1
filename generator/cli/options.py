"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

from generator import conventions

file = click.option(
    "-f",
    "--file",
    "file",
    type=click.Path(path_type=Path),
    default=Path(conventions.INPUT),
    show_default=True,
    help="The services to read. Other paths are seen from its directory.",
)

output = click.option(
    "-o",
    "--output",
    "output",
    type=click.Path(path_type=Path),
    default=None,
    help=f"The tree of manifests. Default: {conventions.OUTPUT}/ beside the file.",
)

format = click.option(
    "--format",
    "format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to print what was found. JSON goes to standard output.",
)
