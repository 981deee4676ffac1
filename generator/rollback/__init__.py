"""What a rollback undoes, in which order, and what is lost by it.

path.steps(service, target, newest)   the migrations that goose takes back, newest first
path.again(service, version)          what `up` applies from a version on
job.objects(service)                  what the Job of an emergency leaves in the cluster
losses.of(migration)                  the statements of a Down that lose data, or may
check(project)                        everything wrong with the pins of a project
expired(project, today)               the pins that should be gone by now
"""

from generator.rollback.checks import check, expired

__all__ = ["check", "expired"]
