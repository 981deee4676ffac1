"""Extends, amends and verifies `migrations.lock`, alone and against a Git reference."""

from generator.locking.amending import Amendment, targets
from generator.locking.plans import Change, Plan, plan, verified
from generator.locking.since import check
from generator.locking.writing import write

__all__ = ["Amendment", "Change", "Plan", "check", "plan", "targets", "verified", "write"]
