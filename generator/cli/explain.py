"""`gen explain`"""

from __future__ import annotations

import click

from generator import pages
from generator.cli.main import COMMANDS
from generator.text import nearest


@click.command("explain", short_help=COMMANDS["explain"])
@click.argument("rule", required=False)
def command(rule: str | None) -> None:
    """Explain a RULE: what it finds, why that matters, what to do instead.

    Without a RULE, list all of them.
    """
    if rule is None:
        for name in pages.names():
            click.echo(f"{name:<34} {pages.summary(name)}")
        return
    if rule not in pages.names():
        guess = nearest.nearest(rule, pages.names())
        hint = f"Did you mean `{guess}`?" if guess else "`gen explain` lists all of them."
        raise click.UsageError(f"There is no rule `{rule}`. {hint}")
    click.echo(pages.text(rule), nl=False)
