"""The keys that live without end, each bounded by the work there is or by a length; all others have a time to live."""

from fnmatch import fnmatchcase

from actors.domain.job import JobStatus

LASTING = (
    "cache:counts",  # two numbers for each namespace
    "dead",  # the newest 1,000 dead letters
    "delayed",  # running jobs that wait for a retry
    "events",  # the newest 10,000 events of all jobs
    "expiring",  # ended jobs, until they are past their retention
    "jobs:*",  # the jobs of a tenant that are kept
    "mailbox:*",  # running jobs
    "pending:*",  # waiting jobs
    "running",  # running jobs
    "tenants",  # tenants with waiting jobs
    "waiting",  # how many jobs wait
)
"""Patterns below the prefix. The keys of a job itself (`job:*`) end with its retention once it is over."""

ENDED = frozenset(status.value for status in JobStatus if status.terminal)


def may_last(name: str, status: str) -> bool:
    """Whether the key of this name (below the prefix) may be without an end.

    `status` is that of the job it is of; empty when it is of none, or of one that is no longer there.
    """
    if name.startswith("job:"):
        return status not in {"", *ENDED}
    return any(fnmatchcase(name, pattern) for pattern in LASTING)
