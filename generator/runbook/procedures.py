"""What has to be done again and again, whatever the alert was."""

from __future__ import annotations

from collections.abc import Iterator

from generator import conventions, model
from generator.monitoring import promql
from generator.runbook import commands, connection, markdown
from generator.runbook.markdown import Section

LOOK = "Look first"
EFFECT = "Put a change into effect"
AGAIN = "Run the Job again"
HANGING = "End a hanging Job"
LOCKS = "See who holds the locks"
SKIPPED = "Argo CD skipped the Job"
LOGS = "The logs are gone"
CONNECT = connection.DIRECT
HALF_WAY = "A NO TRANSACTION migration that stopped half-way"
HOTFIX = "Deploy a hotfix although the migration fails"


def look(service: model.Service) -> Section:
    labels = conventions.labels(service.name)
    label = f"app.kubernetes.io/name={labels['app.kubernetes.io/name']}"
    return Section(
        LOOK,
        (
            "Is there a Job, is there a pod?",
            commands.kubectl(service, "get", "jobs,pods", f"--selector={label}"),
            "Why does the pod not start, how did it end? The events are at the end.",
            commands.pods(service),
            "What did goose say? The first `ERROR` counts.",
            commands.logs(service),
            "What does Git expect? This is no proof that it ran.",
            commands.release(service),
            "What is Argo CD waiting for?",
            commands.argocd(service, "get", "--show-operation"),
            markdown.table(
                ("what you see", "go to"),
                (
                    ("no Job, and its version never ran", markdown.link(SKIPPED)),
                    ("no Job any more, an alert", markdown.link(LOGS)),
                    (
                        "a pod `Pending`, `ContainerCreating`, `ImagePullBackOff`",
                        markdown.link("MigrationRunningTooLong"),
                    ),
                    ("a pod `Running` whose log is silent", markdown.link(LOCKS)),
                    ("a pod `Error`, a Job `Failed`", markdown.link("MigrationFailed")),
                    (
                        "the migration succeeded and broke the application",
                        markdown.link("Emergency rollback"),
                    ),
                ),
            ),
        ),
    )


def all_of_them(service: model.Service) -> Iterator[Section]:
    yield _effect(service)
    yield _again(service)
    yield _hanging(service)
    yield _locks(service)
    yield _skipped(service)
    yield _logs(service)
    if any(each.no_transaction for each in service.migrations):
        yield _half_way(service)
    yield _hotfix(service)
    yield connection.direct(service)
    yield connection.forwarded(service)


def _effect(service: model.Service) -> Section:
    tree = f"{conventions.OUTPUT}/{service.name}"
    where = (service.migrations_directory,) if service.migrations else ()
    return Section(
        EFFECT,
        (
            "After an edit of services.yaml or of a migration. Write the manifests:",
            commands.typed("gen", "build"),
            commands.typed("git", "add", "--", conventions.INPUT, *where, tree),
            commands.typed("git", "commit", "--message", f"{service.name}: migrations"),
            commands.typed("git", "push"),
            "Sync the whole application. A selection of resources (`--resource`, or ticks in the interface) skips"
            " the Job.",
            commands.argocd(service, "sync"),
        ),
    )


def _again(service: model.Service) -> Section:
    policy = "deletes the old Job and creates it anew"
    return Section(
        AGAIN,
        (
            "goose goes on behind the last migration that it recorded, so a further run does no harm; with nothing"
            f" to do it succeeds. A full sync {policy}, whether Argo CD calls the application Synced or not:",
            commands.argocd(service, "sync"),
            'If it says "another operation is already in progress", end that one first:'
            f" {markdown.link(HANGING)}. Do not create the Job by hand from {markdown.code('job.yaml')}: it may meet"
            " another commit's ConfigMap, and then its pod never starts.",
        ),
    )


def _hanging(service: model.Service) -> Section:
    limits = service.limits
    gone = (
        "PostgreSQL notices within a second that goose is gone and ends the statement."
        if service.database.session_parameters
        else "PostgreSQL may go on with the statement: end it as below."
    )
    patch = '{"metadata":{"finalizers":null}}'
    return Section(
        HANGING,
        (
            f"Left alone, it ends by itself: each attempt after {promql.duration(limits.timeout)}, the Job"
            f" {promql.duration(limits.deadline)} after its start. A transaction that is cut off leaves nothing behind"
            f"{_half_way_hint(service)}. First the sync, or it starts the Job again. It is an error when no sync is"
            " running; go on.",
            commands.argocd(service, "terminate-op"),
            commands.kubectl(service, "delete", "job", service.job, "--ignore-not-found", "--wait=false"),
            f"goose gets a TERM. {gone} If its session is still there after a minute:",
            markdown.sql(
                "SELECT pid, pg_terminate_backend(pid)\n"
                f"FROM pg_stat_activity WHERE application_name = '{service.job}';"
            ),
            "If the Job stays `Terminating`, a sync was cut off and left Argo CD's finalizer on it:",
            commands.kubectl(service, "patch", "job", service.job, "--type=merge", f"--patch={patch}"),
            "That command fails where the Job is gone, which is as well.",
        ),
    )


def _half_way_hint(service: model.Service) -> str:
    if not any(each.no_transaction for each in service.migrations):
        return ""
    return f", but see {markdown.link(HALF_WAY)}"


def _locks(service: model.Service) -> Section:
    return Section(
        LOCKS,
        (
            f"Whom does the migration wait for? As the migration's role ({markdown.link(CONNECT)}); other roles'"
            " queries are shown only to a member of `pg_read_all_stats`.",
            markdown.sql(
                "SELECT waiting.pid, waiting.wait_event_type, waiting.wait_event,\n"
                "    now() - waiting.query_start AS since, waiting.query,\n"
                "    blocking.pid AS blocked_by, blocking.application_name, blocking.state,\n"
                "    now() - blocking.xact_start AS open_since, blocking.query AS their_last_query\n"
                "FROM pg_stat_activity AS waiting\n"
                "LEFT JOIN LATERAL unnest(pg_blocking_pids(waiting.pid)) AS by (pid) ON true\n"
                "LEFT JOIN pg_stat_activity AS blocking ON blocking.pid = by.pid\n"
                f"WHERE waiting.application_name = '{service.job}';"
            ),
            "And who waits for the migration?",
            markdown.sql(
                "SELECT pid, usename, application_name, wait_event, now() - query_start AS since, query\n"
                "FROM pg_stat_activity\n"
                "WHERE pg_blocking_pids(pid) && ARRAY(\n"
                f"    SELECT pid FROM pg_stat_activity WHERE application_name = '{service.job}'\n"
                ");"
            ),
            f"{_lock_timeout(service)} An `idle in transaction` that blocks is often a forgotten console: end that"
            " session, not the migration. A migration that waits for nobody and shows `IO` or no event rewrites a"
            " table: let it, or end it.",
        ),
    )


def _lock_timeout(service: model.Service) -> str:
    database = service.database
    if not database.session_parameters or not database.lock_timeout_ms:
        return "The migration's session has no `lock_timeout` of gen's: it may wait until its attempt ends."
    return (
        f"The migration gives up a lock after {database.lock_timeout_ms / 1000:g} s (`lock_timeout`) and is tried"
        f" {service.limits.retries + 1} times."
    )


def _skipped(service: model.Service) -> Section:
    return Section(
        SKIPPED,
        (
            "Argo CD runs no hooks on a selective sync, on self-heal, on its own rollback and with"
            " `--strategy apply`. The release marker and the application are new then, and the database is not.",
            commands.release(service),
            "Another version in the name of the Job's container (`goose-…`), or no Job, and no alert"
            " MigrationFailed: it was skipped.",
            commands.job(service),
            "Look at the revision of both sources; one may be at an old commit:",
            commands.argocd(service, "get", "--refresh"),
            f"Then {markdown.link(AGAIN, 'sync the whole application')}. A suspended service (`SUSPENDED true`) skips"
            " the Job on purpose.",
        ),
    )


def _logs(service: model.Service) -> Section:
    return Section(
        LOGS,
        (
            f"The Job is deleted {promql.duration(service.limits.ttl)} after its end, and its pods and logs with it."
            " What is left: the cluster's log store (the pod's name begins with"
            f" {markdown.code(service.job + '-')}, the container is called"
            f" {markdown.code(conventions.container(service.version))}), and for an hour the events:",
            commands.kubectl(
                service,
                "get",
                "events",
                "--sort-by=.lastTimestamp",
                f"--field-selector=involvedObject.name={service.job}",
            ),
            f"What ran is in the database ({markdown.link(CONNECT)}):",
            commands.typed("gen", "status", service.name),
            f"To see the error again, {markdown.link(AGAIN, 'run the Job again')}, and look while it runs:",
            commands.logs(service),
        ),
    )


def _half_way(service: model.Service) -> Section:
    files = [each for each in service.migrations if each.no_transaction]
    shown = sorted(files, key=lambda each: each.version, reverse=True)[:20]
    more = f" (and {len(files) - len(shown)} older)" if len(files) > len(shown) else ""
    return Section(
        HALF_WAY,
        (
            "These run outside a transaction, so what was done before the failing statement stays, and goose has not"
            f" recorded the version. The next attempt begins with the file's first statement again{more}:",
            markdown.bullets(markdown.code(each.path) for each in shown),
            "The log names the statement that failed. See what it left: indexes that are not valid, which"
            " `IF NOT EXISTS` would take for a success,",
            markdown.sql(
                "SELECT indexrelid::regclass AS index, indrelid::regclass AS of_table\n"
                "FROM pg_index WHERE NOT indisvalid;"
            ),
            "and constraints that are not validated:",
            markdown.sql(
                "SELECT conrelid::regclass AS of_table, conname AS name\nFROM pg_constraint WHERE NOT convalidated;"
            ),
            "Undo by hand what was done (`DROP INDEX CONCURRENTLY …`), or make the file so that it may run again,"
            f" with `DROP INDEX CONCURRENTLY IF EXISTS` first; then {markdown.link(EFFECT, 'put it into effect')}. A"
            " newer file does not help: goose stops at this one.",
        ),
    )


def _hotfix(service: model.Service) -> Section:
    now = "It is suspended now. " if service.suspend else ""
    return Section(
        HOTFIX,
        (
            f"{now}`suspend` keeps the Job out of the sync, and everything else as it is. The hotfix then runs on the"
            " schema that the database has: it must work with it. Under the service in services.yaml:",
            markdown.fence(f"services:\n  {service.name}:\n    suspend: true", "yaml"),
            f"Then {markdown.link(EFFECT, 'put it into effect')}, with the hotfix. A Job that is running now runs on:"
            f" {markdown.link(HANGING, 'end it')}.",
            "While it is suspended no migration runs, `gen check` warns, and MigrationMissing fires as soon as Git"
            " expects a version that never ran: silence it in Alertmanager.",
            "**Take `suspend` away again** with the repaired migration, in the same way. The next sync runs"
            " everything that has waited.",
        ),
    )
