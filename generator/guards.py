"""SQL that is held against goose's version table: `goose -no-versioning up` runs it and leaves the table alone.

So a Job, or the application's own pod, can refuse to go on without a shell and without another image. What is
applied is told as goose tells it: by the newest row of a version, for older releases of goose left rows that
say `not applied`.
"""

from __future__ import annotations

from generator import model

# How long the application's pod waits in one attempt; the kubelet starts another one.
WAIT_S = 300

_FILE = """\
-- +goose Up
-- +goose StatementBegin
{sql}-- +goose StatementEnd
"""

_APPLIED = """\
(
            SELECT DISTINCT ON (version_id) version_id, is_applied FROM {table} ORDER BY version_id, id DESC
        ) AS newest WHERE is_applied"""

_BEFORE = """\
DO $assert$
DECLARE
    uncovered text;
BEGIN
    -- A new database.
    IF pg_catalog.to_regclass('{table}') IS NULL THEN
        RETURN;
    END IF;
    SELECT string_agg(version_id::text, ', ' ORDER BY version_id) INTO uncovered
        FROM {applied} AND version_id > {newest};
    IF uncovered IS NOT NULL THEN
        RAISE EXCEPTION 'the rollback to {version} was decided when {newest} was the newest migration, and this '
            'database has newer ones: %', uncovered
            USING HINT = 'nothing was changed. Decide again: gen rollback {service} --to {version}';
    END IF;
END
$assert$;
"""

_AFTER = """\
DO $assert$
DECLARE
    above text;
BEGIN
    SELECT string_agg(version_id::text, ', ' ORDER BY version_id) INTO above
        FROM {applied} AND version_id > {version};
    IF above IS NOT NULL THEN
        RAISE EXCEPTION 'still applied above the rollback''s target {version}: %', above
            USING HINT = 'they were applied out of order: goose stops at the last one that it applied. '
                'Roll back below that one first, then to {version}';
    END IF;
    IF NOT EXISTS (SELECT FROM {applied} AND version_id = {version}) THEN
        RAISE EXCEPTION 'the rollback''s target {version} is not applied';
    END IF;
END
$assert$;
"""

# COMMIT, so that a long wait holds back no VACUUM; it needs NO TRANSACTION.
_WAIT = """\
-- +goose NO TRANSACTION
-- Waits until {service} has migration {version}; mounted into the application's pod (gen guard).
-- +goose Up
-- +goose StatementBegin
DO $wait$
DECLARE
    until timestamptz := clock_timestamp() + interval '{seconds} seconds';
BEGIN
    LOOP
        IF pg_catalog.to_regclass('{table}') IS NOT NULL THEN
            IF EXISTS (SELECT FROM {applied} AND version_id = {version}) THEN
                RETURN;
            END IF;
        END IF;
        IF clock_timestamp() > until THEN
            RAISE EXCEPTION 'the database does not have migration {version} of {service} yet'
                USING HINT = 'Argo CD may have skipped the hooks: sync the whole application';
        END IF;
        COMMIT;
        PERFORM pg_sleep(1);
    END LOOP;
END
$wait$;
-- +goose StatementEnd
"""


def before(service: model.Service, pin: model.Pin) -> str:
    """Fails where more is applied than the pin's author knew of: nobody has agreed to lose that."""
    return _FILE.format(sql=_filled(_BEFORE, service, pin.version, newest=pin.newest))


def after(service: model.Service, pin: model.Pin) -> str:
    """Fails where anything above the target is applied, or the target is not."""
    return _FILE.format(sql=_filled(_AFTER, service, pin.version))


def wait(service: model.Service) -> str:
    """Returns as soon as the target is applied, fails after `WAIT_S` seconds."""
    return _filled(_WAIT, service, service.version, seconds=WAIT_S)


def _filled(text: str, service: model.Service, version: int, **more: int) -> str:
    applied = _APPLIED.format(table=service.table)
    return text.format(table=service.table, version=version, applied=applied, service=service.name, **more)
