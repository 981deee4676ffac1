"""Back to an older version: in Git, by a Job, by goose alone; the five steps of an emergency; and forward again."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from generator import conventions, model
from generator.rollback import job
from generator.rollback.path import Step
from generator.runbook import commands, history, markdown, procedures
from generator.runbook.markdown import Section

LAST = "Roll back the last migration"
VERSION = "Roll back to a version"
EMERGENCY = "Emergency rollback"
JOB = "Roll back at once, by a Job"
GOOSE = "Roll back with goose alone"
RELEASE = "Release the pin"

_REASON = "REASON='what broke, in one sentence'"


class Targets:
    """Where a rollback may lead: the versions below the present one, down to a migration without a Down.

    Of the last migrations, newest first, `steps` are those that may be applied: what waits behind a pin is not, and
    its Job makes sure of that (guards.py `before`).
    """

    def __init__(self, service: model.Service, steps: Sequence[Step]) -> None:
        newest = service.newest if service.pin is None else service.pin.newest
        self.service = service
        self.steps = [each for each in steps if each.migration.version <= newest]
        self.blocked: Step | None = next((each for each in self.steps if each.is_missing), None)
        versions = sorted({0, *(each.version for each in service.migrations)}, reverse=True)
        # What is older than that is not among the steps, or has no way to it.
        least = next(each for each in versions if each < steps[-1].migration.version)
        if self.blocked is not None:
            least = max(least, self.blocked.migration.version)
        self.open = tuple(each for each in versions if least <= each < service.version)

    def undone(self, target: int) -> list[Step]:
        return [each for each in self.steps if each.migration.version > target]

    def accepted(self, target: int) -> list[str]:
        """The flags for the data that the way there loses."""
        lost = [each.migration.version for each in self.undone(target) if each.losses]
        return [word for version in lost for word in ("--accept-data-loss", str(version))]


def all_of_them(service: model.Service, steps: Sequence[Step]) -> Iterator[Section]:
    targets = Targets(service, steps)
    yield _last(targets)
    yield _version(targets)
    yield _emergency(targets)
    yield _job(targets)
    yield _goose(targets)
    yield _release(service)


def _rollback(targets: Targets, target: int, *words: str, tail: str = "") -> str:
    """`words` say where to; the reason is a variable that an earlier block sets."""
    before = ["gen", "rollback", targets.service.name, *words]
    line = f'{shlex.join(before)} --reason "$REASON"'
    accepted = targets.accepted(target)
    return markdown.sh(line + (f" {shlex.join(accepted)}" if accepted else "") + tail)


def _nowhere(targets: Targets) -> str:
    if targets.blocked is None:
        return "There is nothing to take back: the database is held at 0."
    migration = targets.blocked.migration
    return (
        f"**{markdown.code(migration.path)} has no Down, so gen refuses every way back behind it.** Write a Down into"
        " the file (a locked one needs `gen lock --amend` too), or repair forward with a new migration. A backup is the"
        " last resort."
    )


def _undoes(targets: Targets, target: int) -> list[str]:
    steps = targets.undone(target)
    newest, oldest = steps[0].migration, steps[-1].migration
    which = markdown.code(newest.path)
    if len(steps) > 1:
        which = f"{len(steps)} migrations, from {which} back to {markdown.code(oldest.path)}"
    lossy = [each for each in steps if each.losses]
    found = [f"It undoes {which}: {markdown.link(history.TITLE, 'statement by statement')}."]
    found += [f"{each.migration.version}: {history.losses(each)}" for each in lossy]
    if not lossy:
        found.append("It loses no data, as far as the text of the Downs tells.")
    return found


def _as_the_last(target: int) -> str:
    return f"To version {target}: it undoes, and loses, what {markdown.link(LAST)} lists."


def _suspended(service: model.Service) -> list[str]:
    if not service.suspend:
        return []
    return ["The service is suspended: take `suspend` away in the same commit, or nothing runs."]


def _last(targets: Targets) -> Section:
    service = targets.service
    if not targets.open:
        return Section(LAST, (_nowhere(targets),))
    target = targets.open[0]
    return Section(
        LAST,
        (
            f"To version {target}. The old application must work on the new schema for a moment; if it does not:"
            f" {markdown.link(EMERGENCY)}.",
            *_undoes(targets, target),
            *_suspended(service),
            markdown.sh(_REASON),
            _rollback(targets, target, "--last"),
            f"It pins {markdown.code(service.name)} in services.yaml and says what it will undo. Revert the"
            " application's code in the same commit (or before),"
            f" {markdown.link(procedures.EFFECT, 'put it into effect')}: the Job runs {_when(service, 'PostSync')},"
            " goes down to the version and fails if anything above it is still applied. All files stay where they are:"
            " reverting the commit of a migration rolls nothing back.",
            f"Until it is {markdown.link(RELEASE, 'released')}, newer migrations wait, and the alert MigrationPinned"
            " says so. `--expires` with a date keeps it from being forgotten.",
        ),
    )


def _when(service: model.Service, phase: str) -> str:
    if phase == model.PinPhase.POST_SYNC:
        return "when the reverted application is healthy"
    if service.sync.phase is model.Phase.SYNC:
        return "before the workloads, in an earlier wave of the same sync"
    return "before the sync changes anything else"


def _version(targets: Targets) -> Section:
    if not targets.open:
        return Section(VERSION, (_nowhere(targets),))
    target = targets.open[min(1, len(targets.open) - 1)]
    limit = f" No further back than {targets.open[-1]}: {_nowhere(targets)}" if targets.blocked else ""
    return Section(
        VERSION,
        (
            f"Any version of {markdown.link(history.TITLE)}, 0 for an empty schema; here {target}. It is the version"
            f" that stays, not the one that goes.{limit}",
            *_undoes(targets, target),
            *_suspended(targets.service),
            markdown.sh(_REASON),
            _rollback(targets, target, "--to", str(target)),
            "For another version gen first refuses, shows what is lost and names the flags to add. Then"
            f" {markdown.link(procedures.EFFECT, 'put it into effect')}, as for {markdown.link(LAST, 'the last one')}.",
        ),
    )


def _emergency(targets: Targets) -> Section:
    service = targets.service
    if not targets.open:
        return Section(EMERGENCY, (_nowhere(targets),))
    target = targets.open[0]
    return Section(
        EMERGENCY,
        (
            "**Which order?** The old application ran on the new schema while the new one was rolled out. If it did so"
            " without errors, revert it first (*PostSync*, the default): it stays up. If it can't (a column that it"
            " needs is renamed or gone), or if the new application destroys data as long as it runs, stop it first"
            " (*PreSync*): it is down until the end. If Argo CD or Git are down too:"
            f" {markdown.link(JOB)}.",
            "**1. Stop application deployments.** Turn auto-sync off, and merge nothing; an ApplicationSet that owns"
            " the Application may turn it on again. End a sync that is running (an error when there is none).",
            commands.argocd(service, "set", "--sync-policy", "none"),
            commands.argocd(service, "terminate-op"),
            *_stopped(service),
            "**2. Run the rollback.** Write it down first; it runs in step 5.",
            _as_the_last(target),
            *_suspended(service),
            markdown.sh(_REASON),
            f"*PostSync:* the Job runs {_when(service, 'PostSync')}.",
            _rollback(targets, target, "--to", str(target)),
            f"*PreSync,* instead: the Job runs {_when(service, 'PreSync')}.",
            _rollback(targets, target, "--to", str(target), "--phase", "PreSync"),
            f"Further back: {markdown.link(VERSION)}.",
            "**3. Update the Prisma schema** to match: the `schema.prisma` of the release before, in the application's"
            " repository. Where `prisma.schema` in services.yaml names it,"
            f" {markdown.code(f'gen prisma check {service.name}')} says whether it fits the pinned version.",
            "**4. Regenerate the Prisma client** there: `pnpm prisma generate`. Build the image.",
            "**5. Deploy the application with reverted code.** Its manifests and the pin in one commit:"
            f" {markdown.link(procedures.EFFECT)}. The whole sync, in this order: *PostSync* the reverted application,"
            " its health, the Job; *PreSync* the Job, then the reverted application. See it end:",
            commands.kubectl(service, "get", "jobs", service.job),
            "*PreSync only:* where Git gives no `replicas` the application stays at 0, and a HorizontalPodAutoscaler"
            " does nothing at 0. Start it, with the number that it had before; an autoscaler goes on from there:",
            commands.kubectl(service, "scale", "deployment", service.name, "--replicas=1"),
            "Turn auto-sync on again, with the options that it had (`--auto-prune`, `--self-heal`):",
            commands.argocd(service, "set", "--sync-policy", "automated"),
        ),
    )


def _stopped(service: model.Service) -> Iterator[str]:
    yield "*PreSync only:* stop the application. Note how many replicas it has:"
    yield commands.kubectl(service, "get", "deployment", service.name)
    yield commands.kubectl(service, "scale", "deployment", service.name, "--replicas=0")
    yield (
        "The Deployment says 0 at once, and a pod that is `Terminating` still writes. Repeat this until no pod of the"
        " application is listed, and stop in the same way what else writes to the database (workers, CronJobs)."
    )
    yield commands.kubectl(service, "get", "pods")


def _job(targets: Targets) -> Section:
    service = targets.service
    name = conventions.rollback(service.name)
    if not targets.open:
        return Section(JOB, (_nowhere(targets),))
    target = targets.open[0]
    clean = commands.kubectl(service, "delete", *job.objects(service), "--ignore-not-found")
    return Section(
        JOB,
        (
            "Without Git and without Argo CD: a one-off Job with its own copy of the files. No sync may run now and no"
            f" other Job of this service ({markdown.link(procedures.HANGING)}); auto-sync is off"
            f" ({markdown.link(EMERGENCY, 'step 1')}). An application that needs the newer schema is stopped.",
            _as_the_last(target),
            "What an earlier one left:",
            clean,
            markdown.sh(_REASON),
            _rollback(targets, target, "--to", str(target), "--job", tail=" | kubectl create -f -"),
            "A Job that failed never becomes complete: look at the log when it takes longer than you expect.",
            commands.kubectl(
                service,
                "wait",
                "--for=condition=complete",
                f"--timeout={service.limits.deadline}s",
                f"job/{name}",
            ),
            commands.kubectl(service, "logs", f"job/{name}", "--all-containers"),
            clean,
            "**The next sync applies the migrations again.** Before it, do the same in Git:"
            f" {markdown.link(LAST)} or {markdown.link(VERSION)}.",
        ),
    )


def _goose(targets: Targets) -> Section:
    service = targets.service
    if not targets.open:
        return Section(GOOSE, (_nowhere(targets),))
    target = targets.open[0]
    return Section(
        GOOSE,
        (
            "goose's own commands, for when there is no cluster. Only one at a time: goose takes no lock."
            f" {markdown.link(procedures.CONNECT)} first, in the same shell. Nothing asks back here, and a Down that is"
            " missing is passed without a word.",
            commands.goose(service, "status"),
            _as_the_last(target),
            "The last one that is applied:",
            commands.goose(service, "down"),
            f"Or everything above a version, here {target}; with the database there already it does nothing:",
            commands.goose(service, "down-to", str(target)),
            f"**The next sync applies them again**, unless the version is pinned in Git: {markdown.link(LAST)}.",
        ),
    )


def _release(service: model.Service) -> Section:
    if service.pin is None:
        return Section(
            RELEASE, ("It is not pinned now. After a rollback, its runbook has the commands here.",)
        )
    return Section(
        RELEASE,
        (
            "When the migration is repaired, or a newer one replaces it: this shows what will be applied again, and"
            " takes the pin away.",
            commands.typed("gen", "rollback", "--release", service.name),
            f"Then {markdown.link(procedures.EFFECT, 'put it into effect')}, with the application that needs the newer"
            f" schema. The Job runs `up`, to {service.newest}, where it always ran: before the application.",
        ),
    )
