"""What a finding of each lint rule does where services.yaml does not say.

Errors are what locks a big table for long, loses data that nobody declared lost, fails or is left half
applied; warnings are what a reviewer should see. A rule that is off is one that most projects would only
switch off.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from generator.diagnostics import Severity
from generator.model import LintLevel, Service

PREFIX = "lint-"

# By our id, `lint-` and squawk's own name.
SQUAWK: Mapping[str, LintLevel] = MappingProxyType(
    {
        "lint-adding-field-with-default": LintLevel.ERROR,
        "lint-adding-foreign-key-constraint": LintLevel.ERROR,
        "lint-adding-not-nullable-field": LintLevel.ERROR,
        "lint-adding-required-field": LintLevel.ERROR,
        "lint-adding-serial-primary-key-field": LintLevel.ERROR,
        "lint-ban-add-column": LintLevel.IGNORE,
        "lint-ban-add-composite-attribute": LintLevel.IGNORE,
        "lint-ban-add-enum-value": LintLevel.IGNORE,
        "lint-ban-alter-database-options": LintLevel.IGNORE,
        "lint-ban-alter-domain-with-add-constraint": LintLevel.ERROR,
        "lint-ban-alter-extension": LintLevel.IGNORE,
        "lint-ban-alter-function-options": LintLevel.IGNORE,
        "lint-ban-alter-generated-expression": LintLevel.IGNORE,
        "lint-ban-alter-identity": LintLevel.WARNING,
        "lint-ban-alter-policy-condition": LintLevel.IGNORE,
        "lint-ban-alter-policy-roles": LintLevel.IGNORE,
        "lint-ban-alter-role-options": LintLevel.IGNORE,
        "lint-ban-alter-row-level-security": LintLevel.IGNORE,
        "lint-ban-alter-sequence-values": LintLevel.IGNORE,
        "lint-ban-alter-system-options": LintLevel.WARNING,
        "lint-ban-alter-view-options": LintLevel.IGNORE,
        "lint-ban-char-field": LintLevel.WARNING,
        "lint-ban-concurrent-index-creation-in-transaction": LintLevel.IGNORE,
        "lint-ban-create-domain-with-constraint": LintLevel.WARNING,
        "lint-ban-create-policy": LintLevel.IGNORE,
        "lint-ban-detach-inheritance": LintLevel.IGNORE,
        "lint-ban-disable-trigger": LintLevel.WARNING,
        "lint-ban-drop-column": LintLevel.IGNORE,
        "lint-ban-drop-constraint": LintLevel.WARNING,
        "lint-ban-drop-database": LintLevel.IGNORE,
        "lint-ban-drop-default": LintLevel.WARNING,
        "lint-ban-drop-domain": LintLevel.WARNING,
        "lint-ban-drop-extension": LintLevel.IGNORE,
        "lint-ban-drop-function": LintLevel.WARNING,
        "lint-ban-drop-generated-expression": LintLevel.WARNING,
        "lint-ban-drop-index": LintLevel.IGNORE,
        "lint-ban-drop-not-null": LintLevel.IGNORE,
        "lint-ban-drop-policy": LintLevel.IGNORE,
        "lint-ban-drop-schema": LintLevel.IGNORE,
        "lint-ban-drop-sequence": LintLevel.IGNORE,
        "lint-ban-drop-table": LintLevel.IGNORE,
        "lint-ban-drop-trigger": LintLevel.IGNORE,
        "lint-ban-drop-type": LintLevel.WARNING,
        "lint-ban-drop-view": LintLevel.WARNING,
        "lint-ban-duplicate-column-assignments": LintLevel.ERROR,
        "lint-ban-new-write-restriction": LintLevel.IGNORE,
        "lint-ban-replace-view-function": LintLevel.IGNORE,
        "lint-ban-replica-identity": LintLevel.IGNORE,
        "lint-ban-revoke": LintLevel.IGNORE,
        "lint-ban-set-default": LintLevel.IGNORE,
        "lint-ban-set-schema": LintLevel.ERROR,
        "lint-ban-truncate-cascade": LintLevel.ERROR,
        "lint-ban-uncommitted-transaction": LintLevel.ERROR,
        "lint-changing-column-type": LintLevel.ERROR,
        "lint-constraint-missing-not-valid": LintLevel.ERROR,
        "lint-disallowed-unique-constraint": LintLevel.ERROR,
        "lint-identifier-too-long": LintLevel.WARNING,
        "lint-prefer-bigint-over-int": LintLevel.IGNORE,
        "lint-prefer-bigint-over-smallint": LintLevel.IGNORE,
        "lint-prefer-identity": LintLevel.IGNORE,
        "lint-prefer-repack": LintLevel.ERROR,
        "lint-prefer-robust-stmts": LintLevel.IGNORE,
        "lint-prefer-text-field": LintLevel.IGNORE,
        "lint-prefer-timestamp-tz": LintLevel.WARNING,
        "lint-renaming-column": LintLevel.ERROR,
        "lint-renaming-object": LintLevel.WARNING,
        "lint-renaming-table": LintLevel.ERROR,
        "lint-require-concurrent-index-creation": LintLevel.ERROR,
        "lint-require-concurrent-index-deletion": LintLevel.WARNING,
        "lint-require-concurrent-partition-detach": LintLevel.WARNING,
        "lint-require-concurrent-reindex": LintLevel.ERROR,
        "lint-require-enum-value-ordering": LintLevel.IGNORE,
        "lint-require-lock-timeout": LintLevel.WARNING,
        "lint-require-statement-timeout": LintLevel.IGNORE,
        "lint-require-table-schema": LintLevel.IGNORE,
        "lint-transaction-nesting": LintLevel.IGNORE,
    }
)

OWN: Mapping[str, LintLevel] = MappingProxyType(
    {
        "lint-concurrently-if-not-exists": LintLevel.ERROR,
        "lint-down-missing": LintLevel.ERROR,
        "lint-enum-value-used": LintLevel.WARNING,
        "lint-irreversible": LintLevel.ERROR,
        "lint-needs-no-transaction": LintLevel.ERROR,
        "lint-no-transaction-mixed": LintLevel.ERROR,
        "lint-no-transaction-unneeded": LintLevel.WARNING,
        "lint-session-setting": LintLevel.ERROR,
        "lint-suppression": LintLevel.ERROR,
        "lint-suppression-unused": LintLevel.WARNING,
        "lint-syntax": LintLevel.WARNING,
        "lint-table-rewrite": LintLevel.ERROR,
        "lint-transaction-control": LintLevel.ERROR,
        "lint-unknown-rule": LintLevel.ERROR,
    }
)

# What `gen test` sees of a migration that ran.
REHEARSAL: Mapping[str, LintLevel] = MappingProxyType(
    {
        "rehearsal-again-differs": LintLevel.ERROR,
        "rehearsal-down-leftover": LintLevel.ERROR,
        "rehearsal-invalid-index": LintLevel.ERROR,
        "rehearsal-rewrite": LintLevel.WARNING,
        "rehearsal-rows-lost": LintLevel.ERROR,
        "rehearsal-whole-differs": LintLevel.ERROR,
    }
)

DEFAULTS: Mapping[str, LintLevel] = MappingProxyType({**SQUAWK, **OWN, **REHEARSAL})


_SEVERITIES: Mapping[LintLevel, Severity] = MappingProxyType(
    {LintLevel.ERROR: Severity.ERROR, LintLevel.WARNING: Severity.WARNING}
)


def of(service: Service, rule: str) -> LintLevel:
    """The level that holds in a service; a rule of a newer squawk, which nobody has looked at, warns."""
    return service.lint.get(rule) or DEFAULTS.get(rule, LintLevel.WARNING)


def severity(service: Service, rule: str) -> Severity | None:
    """How a finding of the rule counts in a service; None for not at all."""
    return _SEVERITIES.get(of(service, rule))
