"""`gen dashboard`"""

from __future__ import annotations

from pathlib import Path

import click

from generator.cli import options, shown, sound
from generator.cli.main import COMMANDS
from generator.text import kubernetes_names


@click.command("dashboard", short_help=COMMANDS["dashboard"])
@click.option(
    "--namespace",
    default="monitoring",
    show_default=True,
    help="Where Grafana's sidecar finds the ConfigMap.",
)
@click.option("--name", default="migrations-dashboard", show_default=True, help="The ConfigMap's name.")
@options.file
@options.format
@click.pass_context
def command(context: click.Context, namespace: str, name: str, file: Path, format: str) -> None:
    """Print Grafana's dashboard over all services.

    A ConfigMap, to be committed where the monitoring stack is deployed from. It finds the services in
    Prometheus, so it need not be printed again for a new one. Each service has a dashboard of its own in out/.

    \b
      gen dashboard --namespace monitoring > migrations-dashboard.yaml
    """
    for option, problem in (
        ("--namespace", kubernetes_names.dns_label(namespace)),
        ("--name", kubernetes_names.dns_label(name)),
    ):
        if problem:
            raise click.UsageError(f"{option}: {problem}")
    report = shown.Report(format, file.parent)
    chosen = sound.services(context, report, file)

    from generator.charts import dashboard  # noqa: PLC0415 - 0.4 s that a mistake need not wait for

    text = dashboard.overview(chosen, namespace, name)
    report.say_exactly(text)
    report.result(namespace=namespace, name=name, services=[each.name for each in chosen], manifests=text)
    report.finish()
