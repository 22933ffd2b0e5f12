"""Whatever happens in whatever order: random walks over a store, each step judged by a plain model of the promises."""

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass, field

import pytest

from actors.domain.errors import JobActiveError, JobNotFoundError, LeaseLostError
from actors.domain.job import JobStatus, StopReason
from actors.store.records import Advance, Delivery, Fail, Finish, Limits

LEASE = 0.25
STAGES = ("first", "second")
MAX_RUNNING = 3
JOBS = 8
STEPS = 50
WEIGHTS = {"submit": 8, "take": 14, "advance": 6, "finish": 2, "fail": 2, "retry_later": 4, "release": 2, "leave": 2}
WEIGHTS |= {"renew": 2, "cancel": 4, "delete": 3, "wake": 1, "elapse": 4, "repeat": 3, "intrude": 5}
ENDED = {status for status in JobStatus if status.terminal}


class TooSlowError(Exception):
    """The machine was too busy: leases may have ended by themselves, so that nothing can be said of this walk."""


@dataclass
class Known:
    """What the promises say of one job."""

    status: JobStatus = JobStatus.QUEUED
    stage: str | None = None
    round: int = 0
    attempts: int = 0
    held: Delivery | None = None
    lost: bool = False
    later: bool = False
    events: int = 1
    artefacts: dict[str, bytes] = field(default_factory=dict)


@dataclass
class Walk:
    """One random walk: `jobs` is the model, `old` are deliveries whose step was carried out, with that step."""

    bench: object
    rng: random.Random
    jobs: dict[str, Known] = field(default_factory=dict)
    old: list = field(default_factory=list)
    fenced: list = field(default_factory=list)
    trace: list = field(default_factory=list)
    since: float = field(default_factory=time.monotonic)
    number: int = 0

    @property
    def boxes(self):
        return self.bench.store.mailboxes

    def having(self, status):
        return [job_id for job_id, known in self.jobs.items() if known.status is status]

    def admit(self, actual):
        """Follow the store in whom it let in; that it let in as many as it has room for is checked after each step."""
        for job_id, job in actual.items():
            known = self.jobs[job_id]
            if known.status is JobStatus.QUEUED and job.status is JobStatus.RUNNING:
                known.status, known.stage = JobStatus.RUNNING, "first"
                known.events += 1

    def end(self, job_id, status):
        known = self.jobs[job_id]
        if known.held:
            self.fenced.append(known.held)
        known.status, known.held, known.lost, known.later = status, None, False, False
        known.events += 1

    def in_time(self):
        if time.monotonic() - self.since > LEASE * 0.9:
            raise TooSlowError

    async def step(self):
        (verb,) = self.rng.choices(list(WEIGHTS), list(WEIGHTS.values()))
        self.trace.append(verb)
        await getattr(self, verb)()
        await self.check()

    async def check(self):
        actual = {job_id: await self.bench.store.jobs.get(job_id) for job_id in self.jobs}
        self.admit(actual)
        for job_id, known in self.jobs.items():
            job = actual[job_id]
            said = (job.status, job.seq, job.completed_at is not None)
            assert said == (known.status, known.events, known.status in ENDED), job_id
            assert [event.seq for event in await self.bench.store.events.read(job_id)] == list(range(1, job.seq + 1))
            assert await self.bench.store.jobs.artefacts(job_id) == known.artefacts
            if known.status is JobStatus.RUNNING:
                assert (job.stage, job.round) == (known.stage, known.round)
        running, waiting = self.having(JobStatus.RUNNING), self.having(JobStatus.QUEUED)
        assert len(running) == min(MAX_RUNNING, len(running) + len(waiting))
        assert await entries(self.bench.store) == Counter(running)

    async def submit(self):
        if len(self.jobs) < JOBS:
            self.number += 1
            job_id = f"j{self.number}"
            await self.bench.submit(job_id, tenant=self.rng.choice("ab"))
            self.jobs[job_id] = Known()
        else:
            await self.bench.submit(self.rng.choice(list(self.jobs)))

    async def take(self):
        stage, limit = self.rng.choice(STAGES), self.rng.randint(1, 3)
        free = {
            job_id
            for job_id in self.having(JobStatus.RUNNING)
            if (known := self.jobs[job_id]).stage == stage and not known.later and (known.lost or not known.held)
        }
        consumer = self.rng.choice(("c1", "c2"))
        taken = await self.bench.take(stage, consumer, limit, LEASE)
        self.in_time()
        ids = [delivery.job_id for delivery in taken]
        assert len(ids) == min(limit, len(free))
        assert set(ids) <= free
        lost = {job_id for job_id in free if self.jobs[job_id].lost}
        assert set(ids[: len(lost)]) <= lost
        for delivery in taken:
            known = self.jobs[delivery.job_id]
            assert (delivery.round, delivery.attempt) == (known.round, known.attempts + 1)
            if known.held:
                self.fenced.append(known.held)
                with pytest.raises(LeaseLostError):
                    await self.boxes.tell(known.held, [])
            known.held, known.lost, known.attempts = delivery, False, known.attempts + 1

    async def pick(self, carry_out):
        """Let a holder, in time or late, make a step; answers its job."""
        holding = [job_id for job_id, known in self.jobs.items() if known.held]
        if not holding:
            return None
        job_id = self.rng.choice(holding)
        delivery = self.jobs[job_id].held
        await carry_out(delivery)
        self.old.append((delivery, carry_out))
        return job_id

    def moved(self, job_id, **changes):
        known = self.jobs[job_id]
        self.fenced.append(known.held)
        known.held, known.lost = None, False
        for name, value in changes.items():
            setattr(known, name, value)

    async def advance(self):
        if job_id := await self.pick(lambda delivery: self.boxes.advance(delivery, following(delivery))):
            known = self.jobs[job_id]
            known.artefacts[known.held.key] = b"x"
            known.events += 1
            step = following(known.held)
            self.moved(job_id, stage=step.stage, round=step.round, attempts=0)

    async def finish(self):
        step = Finish(b"y", JobStatus.PARTIAL, StopReason.SOURCES)
        if job_id := await self.pick(lambda delivery: self.boxes.finish(delivery, step)):
            known = self.jobs[job_id]
            known.artefacts[known.held.key] = b"y"
            known.events += 1
            self.end(job_id, JobStatus.PARTIAL)

    async def fail(self):
        if job_id := await self.pick(lambda delivery: self.boxes.fail(delivery, Fail("no", "Traceback"))):
            self.end(job_id, JobStatus.FAILED)

    async def retry_later(self):
        if job_id := await self.pick(lambda delivery: self.boxes.retry_later(delivery, delay_seconds=LEASE)):
            self.moved(job_id, later=True)

    async def release(self):
        tokens = {known.held.token for known in self.jobs.values() if known.held and self.rng.random() < 0.5}
        await self.boxes.release([*tokens, *(delivery.token for delivery in self.fenced)])
        for job_id, known in self.jobs.items():
            if known.held and known.held.token in tokens:
                self.moved(job_id, attempts=known.attempts - 1)

    async def leave(self):
        stage, consumer = self.rng.choice(STAGES), self.rng.choice(("c1", "c2"))
        await self.boxes.leave(stage, consumer)
        for job_id, known in self.jobs.items():
            if known.held and (known.held.token.stage, known.held.token.consumer) == (stage, consumer):
                self.moved(job_id, attempts=known.attempts - 1)

    async def renew(self):
        living = {known.held.token for known in self.jobs.values() if known.held}
        assert await self.boxes.renew([*living, *(delivery.token for delivery in self.fenced)]) == living
        for known in self.jobs.values():
            known.lost = False

    async def cancel(self):
        if self.jobs:
            job_id = self.rng.choice(list(self.jobs))
            ended = self.jobs[job_id].status in ENDED
            await self.bench.store.jobs.cancel(job_id)
            if not ended:
                self.end(job_id, JobStatus.CANCELLED)

    async def delete(self):
        job_id = self.rng.choice([*self.jobs, None])
        if job_id and self.jobs[job_id].status in ENDED:
            await self.bench.store.jobs.delete(job_id)
            del self.jobs[job_id]
            self.old = [(delivery, step) for delivery, step in self.old if delivery.job_id != job_id]
            with pytest.raises(JobNotFoundError):
                await self.bench.store.jobs.get(job_id)
        elif job_id:
            with pytest.raises(JobActiveError):
                await self.bench.store.jobs.delete(job_id)

    async def wake(self):
        await self.boxes.wake()
        self.in_time()

    async def elapse(self):
        """All leases end, and all retries are due."""
        await self.bench.elapse(LEASE * 1.3)
        await self.boxes.wake()
        self.since = time.monotonic()
        for known in self.jobs.values():
            known.lost, known.later = known.held is not None, False

    async def repeat(self):
        """A step that was carried out may be repeated at any time, and is nothing."""
        if self.old:
            delivery, step = self.rng.choice(self.old)
            await step(delivery)

    async def intrude(self):
        """Who holds an entry no longer can do nothing to its job that it has not done before."""
        done = {delivery.token for delivery, _ in self.old}
        stale = [delivery for delivery in self.fenced if delivery.token not in done]
        if stale:
            delivery = self.rng.choice(stale[-3:])
            for write in (
                self.boxes.advance(delivery, following(delivery)),
                self.boxes.finish(delivery, Finish(b"z", JobStatus.COMPLETED)),
                self.boxes.fail(delivery, Fail("stale")),
                self.boxes.retry_later(delivery, delay_seconds=0),
                self.boxes.tell(delivery, []),
            ):
                with pytest.raises(LeaseLostError):
                    await write


async def entries(store):
    """How many places in mailboxes or among the delayed each job has: looked up in the store's own books."""
    if store.tier == "memory":
        return Counter(entry.job_id for box in store.jobs.state.mailboxes.values() for entry in box.values())
    scripts, found = store.jobs.scripts, Counter()
    redis = scripts.pipe.redis
    for stage in STAGES:
        found.update(row[b"job_id"].decode() for _, row in await redis.xrange(scripts.key("mailbox", stage)))
    found.update(member.split(b"|")[1].decode() for member in await redis.zrange(scripts.key("delayed"), 0, -1))
    running = await redis.smembers(scripts.key("running"))
    assert {job_id.decode() for job_id in running} == set(found)
    return found


def following(delivery):
    later = delivery.token.stage == "second"
    return Advance(b"x", "first" if later else "second", delivery.round + later)


async def walk_from(seed, open_bench):
    """How many steps were made: on a machine that is too busy a walk ends early."""
    async with open_bench(Limits(max_running=MAX_RUNNING)) as bench:
        walk = Walk(bench, random.Random(seed))  # noqa: S311 (a walk, no secret)
        try:
            for _ in range(STEPS):
                if time.monotonic() - walk.since > LEASE * 0.5:
                    await walk.elapse()
                await walk.step()
        except TooSlowError:
            pass
        except Exception as error:
            error.add_note(f"seed {seed}: {' '.join(walk.trace)}")
            raise
        return len(walk.trace)


@pytest.mark.waits  # fakeredis makes no group for a mailbox that nothing has come into
async def test_every_promise_holds_in_any_order_of_steps(open_bench, store_name):
    seeds = range(40 if store_name == "memory" else 5)
    assert all(await asyncio.gather(*(walk_from(seed, open_bench) for seed in seeds)))
