"""The shell script that runs goose and tells a Pushgateway how it went: for the Job that has one."""

from __future__ import annotations

from pathlib import Path

_SCRIPT = Path(__file__).with_name("report.sh")


def reporter() -> str:
    """Its text. It takes what it needs from its environment, and goose's command line as its arguments."""
    return _SCRIPT.read_text(encoding="utf-8")
