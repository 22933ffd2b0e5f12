"""What a chaos run has to answer for: looked up in the store, in the logs that clients saw, and in the journals."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from statistics import quantiles
from typing import Any

from actors.domain.events import EventType
from actors.domain.job import JobStatus
from actors.store.redis.keys import LASTING
from benchmarks.chaos_stages import CALLS, ORDER

Line = Mapping[str, Any]

TOLD = len(ORDER) * CALLS
"""The notes that the stages tell of each job."""


@dataclass(frozen=True, slots=True)
class Kill:
    """A worker's death: when (by the machine's monotonic clock), and its process id."""

    at: float
    pid: int


@dataclass(frozen=True, slots=True)
class Findings:
    """What is wrong, a line each, by kind; and the recovery times in seconds."""

    jobs: int
    wrong: Mapping[str, Sequence[str]]
    recoveries: Sequence[float]

    @property
    def right(self) -> bool:
        """Whether nothing is wrong."""
        return not any(self.wrong.values())

    def __str__(self) -> str:
        """The last line of a run."""
        counts = ", ".join(f"{kind} {len(cases)}" for kind, cases in self.wrong.items())
        return f"jobs {self.jobs}, {counts}, recovery {_percentiles(self.recoveries)}"


def check(client: Any, prefix: str, journals: Sequence[Sequence[Line]], kills: Iterable[Kill]) -> Findings:  # noqa: ANN401 (redis-py's)
    """Look at everything, once no process is at work any more; each of `journals` is one process's."""
    lines = sorted((line for journal in journals for line in journal), key=lambda line: line["at"])
    accepted = {line["job"] for line in lines if line["what"] == "accepted"}
    stored = {key.split(":")[-1] for key in client.scan_iter(f"{prefix}:job:*", count=1_000) if key.count(":") == 2}
    logs = {job_id: _log(client, prefix, job_id) for job_id in stored}
    statuses = {job_id: client.hget(f"{prefix}:job:{job_id}", "status") for job_id in stored}
    wrong: dict[str, list[str]] = {
        "lost": sorted(accepted - stored) + [job_id for job_id in stored if statuses[job_id] in ("queued", "running")],
        "failed": [f"{job_id} {statuses[job_id]}" for job_id in stored if statuses[job_id] == JobStatus.FAILED],
        "doubled": [case for job_id in stored for case in _doubled(job_id, logs[job_id])],
        "out of order": [*_out_of_order(logs), *(case for journal in journals for case in _followed(journal, logs))],
        "calls repeated": [f"{line}" for line in lines if line["what"] == "call" and line["known"]],
        "keys without an end": list(_lasting(client, prefix)),
        "left over": list(_left_over(client, prefix)),
    }
    return Findings(len(stored), wrong, _recoveries(lines, kills))


def _log(client: Any, prefix: str, job_id: str) -> list[Line]:  # noqa: ANN401
    entries = client.xrange(f"{prefix}:job:{job_id}:events")
    return [{"seq": int(entry.split("-")[0]), **row} for entry, row in entries]


def _doubled(job_id: str, log: Sequence[Line]) -> Iterator[str]:
    """A second end, or a note told again."""
    ends = [event["type"] for event in log if EventType(event["type"]).terminal]
    if len(ends) > 1:
        yield f"{job_id} ended {ends}"
    told = Counter((event["stage"], event["data"]) for event in log if event["type"] == EventType.PROGRESS)
    if repeated := [note for note, times in told.items() if times > 1]:
        yield f"{job_id} told again {repeated}"
    if ends == [EventType.COMPLETED] and len(told) != TOLD:
        yield f"{job_id} told {len(told)} notes of {TOLD}"
    for state in ("started", "done"):
        stages = Counter(event["stage"] for event in log if f'"state":"{state}"' in event["data"])
        if twice := [stage for stage, times in stages.items() if times > 1]:
            yield f"{job_id}: {twice} {state} twice"


def _out_of_order(logs: Mapping[str, Sequence[Line]]) -> Iterator[str]:
    for job_id, log in logs.items():
        if [event["seq"] for event in log] != list(range(1, len(log) + 1)):
            yield f"{job_id} has {[event['seq'] for event in log]}"
        elif log and not EventType(log[-1]["type"]).terminal:
            yield f"{job_id} ends with {log[-1]['type']}"
        done = [event["stage"] for event in log if '"state":"done"' in event["data"]]
        if done != list(ORDER[: len(done)]):
            yield f"{job_id} did {done}"


def _followed(journal: Sequence[Line], logs: Mapping[str, Sequence[Line]]) -> Iterator[str]:
    """What a client saw that is not the job's log, each event once and in order."""
    seen: dict[str, list[int]] = defaultdict(list)
    for line in journal:
        if line["what"] == "accepted":
            seen[line["job"]] = []
        elif line["what"] == "seen":
            seen[line["job"]].append(line["seq"])
    for job_id, seqs in seen.items():
        if seqs != [event["seq"] for event in logs.get(job_id, ())]:
            yield f"{job_id} was followed as {seqs}"


def _lasting(client: Any, prefix: str) -> Iterator[str]:  # noqa: ANN401
    for key in client.scan_iter(f"{prefix}:*", count=1_000):
        known = any(fnmatchcase(key.removeprefix(f"{prefix}:"), pattern) for pattern in LASTING)
        if not known and client.ttl(key) == -1:
            yield key


def _left_over(client: Any, prefix: str) -> Iterator[str]:  # noqa: ANN401
    """Work that nobody will do."""
    for stage in ORDER:
        mailbox = f"{prefix}:mailbox:{stage}"
        if client.xlen(mailbox):
            yield f"{mailbox} holds {client.xrange(mailbox)}"
        if client.exists(mailbox) and client.xpending(mailbox, "actors")["pending"]:
            yield f"{mailbox} has pending {client.xpending(mailbox, 'actors')}"
    for name, size in (("running", "scard"), ("delayed", "zcard"), ("tenants", "llen")):
        if getattr(client, size)(f"{prefix}:{name}"):
            yield f"{prefix}:{name}"


def _recoveries(lines: Sequence[Line], kills: Iterable[Kill]) -> list[float]:
    """From a kill to the next progress of each job that was in flight there."""
    found = []
    for kill in kills:
        in_flight: Counter[str] = Counter()
        for line in lines:
            if line["at"] <= kill.at and line["pid"] == kill.pid and line["what"] in ("begin", "end"):
                in_flight[line["job"]] += 1 if line["what"] == "begin" else -1
        for job_id in (job_id for job_id, count in in_flight.items() if count > 0):
            later = (line["at"] for line in lines if line["at"] > kill.at and _progress(line, job_id))
            if (at := next(later, None)) is not None:
                found.append(at - kill.at)
    return sorted(found)


def _progress(line: Line, job_id: str) -> bool:
    return line["what"] in ("begin", "call") and line["job"] == job_id


def _percentiles(seconds: Sequence[float]) -> str:
    if len(seconds) < 2:
        return f"of {len(seconds)} jobs"
    cuts = quantiles(seconds, n=100, method="inclusive")
    return f"p50 {cuts[49]:.2f} s p99 {cuts[98]:.2f} s of {len(seconds)} jobs"
