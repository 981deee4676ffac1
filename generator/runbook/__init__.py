"""`out/<service>/RUNBOOK.md`: what to do about this service's migrations, with its own names in every command."""

from generator.runbook.page import render

__all__ = ["render"]
