"""SQL that is held against goose's version table: `goose -no-versioning up` runs it and leaves the table alone.

So a Job, or the application's own pod, can refuse to go on without a shell and without another image. What is
applied is told as goose tells it: by the newest row of a version, for older releases of goose left rows that
say `not applied`. What to do stands in the message: goose's driver (pgx, PgError.Error) prints no HINT.
"""

from __future__ import annotations

from generator import conventions, model

# How long the application's pod waits in one attempt; the kubelet starts another one.
WAIT_S = 300

_FILE = """\
-- +goose Up
-- +goose StatementBegin
{sql}-- +goose StatementEnd
"""

_APPLIED = """\
(
            SELECT DISTINCT ON (version_id) version_id, id, is_applied FROM {table} ORDER BY version_id, id DESC
        ) AS newest WHERE is_applied"""

# goose undoes the migration that it applied last until that one is not above the target (DownToContext, down.go).
_BEFORE = """\
DO $assert$
DECLARE
    uncovered text;
    last record;
    kept text;
    way bigint;
BEGIN
    -- A new database.
    IF pg_catalog.to_regclass('{table}') IS NULL THEN
        RETURN;
    END IF;
    SELECT string_agg(version_id::text, ', ' ORDER BY version_id) INTO uncovered
        FROM {applied} AND version_id > {newest};
    IF uncovered IS NOT NULL THEN
        RAISE EXCEPTION 'nothing was changed: the rollback to {version} was decided when {newest} was the newest '
            'migration, and this database has newer ones: %. Decide again, with the newest files checked out: '
            'gen rollback --release {service}, then gen rollback {service} --to {version}', uncovered;
    END IF;
    SELECT version_id, id INTO last FROM {applied} AND version_id <= {version} ORDER BY id DESC LIMIT 1;
    SELECT string_agg(version_id::text, ', ' ORDER BY version_id) INTO kept
        FROM {applied} AND version_id > {version} AND id < last.id;
    IF kept IS NOT NULL THEN
        -- The newest target for which it is not so.
        SELECT coalesce(max(version_id), 0) INTO way FROM (
            SELECT version_id, max(id) OVER (ORDER BY version_id) AS last_kept, min(id) OVER (
                ORDER BY version_id ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
            ) AS first_undone FROM {applied}
        ) AS target WHERE version_id < {version} AND last_kept < first_undone;
        RAISE EXCEPTION 'nothing was changed: % was applied after % (out of order), and goose goes down from the last '
            'one that it applied, so it would keep what is above {version}. Roll back to % first (gen rollback '
            '{service} --to %), then to {version}', last.version_id, kept, way, way;
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
        RAISE EXCEPTION 'still applied above the rollback''s target {version}: %. Something else migrated this '
            'database at the same time, or out of order. Sync again', above;
    END IF;
    IF NOT EXISTS (SELECT FROM {applied} AND version_id = {version}) THEN
        RAISE EXCEPTION 'the rollback''s target {version} is not applied';
    END IF;
END
$assert$;
"""

# Each look is a transaction of its own: one snapshot of five minutes would hold back VACUUM and stop the very
# CREATE INDEX CONCURRENTLY that is waited for. That takes NO TRANSACTION. A time limit of the role's own would
# end the statement without a word, so it ends itself before. The server notices a killed client when it writes
# to it: without a NOTICE each killed pod would leave a session that waits on.
_WAIT = """\
-- +goose NO TRANSACTION
-- Waits until {service} has migration {version}; mounted into the application's pod (gen guard).
-- +goose Up
-- +goose StatementBegin
DO $wait$
DECLARE
    patience interval := least(interval '{seconds} seconds',
        nullif(current_setting('statement_timeout')::interval, interval '0') - interval '2 seconds');
    until timestamptz := clock_timestamp() + patience;
BEGIN
    LOOP
        IF pg_catalog.to_regclass('{table}') IS NOT NULL THEN
            IF EXISTS (SELECT FROM {applied} AND version_id = {version}) THEN
                RETURN;
            END IF;
        END IF;
        EXIT WHEN clock_timestamp() > until;
        COMMIT;
        -- Where the client is gone, this ends the session.
        RAISE NOTICE 'waiting for migration {version}';
        PERFORM pg_sleep(1);
    END LOOP;
    IF pg_catalog.to_regclass('{table}') IS NULL THEN
        RAISE EXCEPTION 'the database % has no table {table} that % can see: no migration of {service} ran here yet, '
            'or USAGE on its schema or search_path (%) is missing', current_database(), current_user,
            current_setting('search_path');
    END IF;
    RAISE EXCEPTION 'the database % does not have migration {version} of {service} yet, its newest is %: {advice}',
        current_database(), (SELECT max(version_id) FROM {applied});
END
$wait$;
-- +goose StatementEnd
"""

_LOOK_AT_JOB = (
    "look at the Job {job}; if there is none, Argo CD skipped the hooks: sync the whole application"
)
# Nothing would ever happen: the Job waits for the application, and that waits here.
_CIRCLE = "the pinned Job runs PostSync, after this application is healthy. Pin again with --phase PreSync"

# The break-glass is for an application that has to start without its migration.
_OPEN = """\
-- {service} is suspended: no Job runs, so nothing is waited for.
-- +goose Up
SELECT 1;
"""


def before(service: model.Service, pin: model.Pin) -> str:
    """Fails where more is applied than the pin's author knew of (nobody has agreed to lose that), and where goose
    could not go down to the target."""
    return _FILE.format(sql=_filled(_BEFORE, service, pin.version, newest=pin.newest))


def after(service: model.Service, pin: model.Pin) -> str:
    """Fails where anything above the target is applied, or the target is not."""
    return _FILE.format(sql=_filled(_AFTER, service, pin.version))


def wait(service: model.Service) -> str:
    """Returns as soon as the target is applied, fails after `WAIT_S` seconds; of a suspended service, returns."""
    if service.suspend:
        return _OPEN.format(service=service.name)
    is_circle = service.pin is not None and service.pin.phase is model.PinPhase.POST_SYNC
    advice = _CIRCLE if is_circle else _LOOK_AT_JOB.format(job=conventions.job(service.name))
    return _filled(_WAIT, service, service.version, seconds=WAIT_S, advice=advice)


def _filled(text: str, service: model.Service, version: int, **more: int | str) -> str:
    applied = _APPLIED.format(table=service.table)
    return text.format(table=service.table, version=version, applied=applied, service=service.name, **more)
