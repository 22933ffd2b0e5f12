"""The keys that live without end, each bounded by the work there is or by a length; all others have a time to live."""

LASTING = (
    "dead",  # the newest 1,000 dead letters
    "delayed",  # running jobs that wait for a retry
    "events",  # the newest 10,000 events of all jobs
    "expiring",  # ended jobs, until they are past their retention
    "jobs:*",  # the jobs of a tenant that are kept
    "mailbox:*",  # running jobs
    "pending:*",  # waiting jobs
    "running",  # running jobs
    "tenants",  # tenants with waiting jobs
)
"""Patterns below the prefix. The keys of a job itself (`job:*`) end with its retention once it is over."""
