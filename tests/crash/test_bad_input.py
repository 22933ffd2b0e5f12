"""What others have written into the store ends one job or is thrown away, is logged, and trips no loop."""

import asyncio

import pytest

from actors.domain.errors import JobNotFoundError

MAX_ATTEMPTS = 2

HASHES = {
    "options that are no JSON": {"options": "{"},
    "an unknown option": {"options": '{"colour": "red"}'},
    "an unknown status": {"status": "asleep"},
    "a round that is no number": {"round": "x"},
    "no tenant": {"tenant": None},
    "no query": {"query": None},
    "a time that is none": {"created_at": "yesterday"},
}
ENTRIES = {
    "foreign": {"colour": "red"},
    "without a round": {"job_id": "01999999-0000-7000-8000-000000000000"},
    "of a job that does not exist": {"job_id": "nobody", "round": "0", "attempts": "0"},
    "whose round is no number": {"job_id": "nobody", "round": "x", "attempts": "0"},
    "whose attempts are no number": {"job_id": "nobody", "round": "0", "attempts": "x"},
    "that is no text": {b"job_id": b"\xff\xfe", "round": "0", "attempts": "0"},
}


def edit(client, job_id, fields):
    for name, value in fields.items():
        if value is None:
            client.hdel(f"crash:job:{job_id}", name)
        else:
            client.hset(f"crash:job:{job_id}", name, value)


@pytest.fixture
def alone(completed, ask, client, until):
    """`await alone(host, jobs)`: these come to an end and are logged, others complete, and nothing else happens."""

    async def look(host, jobs):
        for _ in range(3):
            await completed(await ask())
        await until(lambda: not client.smembers("crash:running"), seconds=15)
        await until(lambda: [client.xlen(key) for key in client.scan_iter("crash:mailbox:*")] == [0] * 5)
        assert host.ended is None
        assert "starts again" not in host.log
        assert [job_id for job_id in jobs if job_id not in host.log] == []

    return look


async def test_jobs_edited_by_hand_end_or_complete_are_logged_and_hold_nobody_up(
    start, ask, told_all, client, go, alone
):
    host = await start(max_attempts=MAX_ATTEMPTS)
    bad = {name: await ask("q search=wait") for name in HASHES}
    for name, job_id in bad.items():
        await told_all(job_id)
        edit(client, job_id, HASHES[name])
    go()
    await alone(host, ())
    ends = {name: client.hget(f"crash:job:{job_id}", "status") for name, job_id in bad.items()}
    assert set(ends.values()) <= {"failed", "completed"}, ends
    assert [name for name, status in ends.items() if status == "failed" and bad[name] not in host.log] == []


async def test_jobs_whose_keys_were_overwritten_end_alone(start, ask, told_all, client, go, alone):
    host = await start(max_attempts=MAX_ATTEMPTS)
    bad = {part: await ask("q search=wait") for part in ("", ":events", ":artefacts", ":marks")}
    for part, job_id in bad.items():
        await told_all(job_id)
        client.set(f"crash:job:{job_id}{part}", "no such thing")
    go()
    await alone(host, bad.values())


@pytest.mark.parametrize("fields", HASHES.values(), ids=HASHES)
async def test_a_job_edited_by_hand_does_not_hide_its_tenants_others(ask, edge, client, fields):
    good, bad = await ask(), await ask()
    edit(client, bad, fields)
    assert good in [job.job_id for job in await edge.jobs()]


async def test_an_artefact_that_does_not_parse_buries_its_job_alone(
    start, ask, followed, completed, told_all, client, go
):
    host = await start(max_attempts=MAX_ATTEMPTS)
    bad = await ask("q search=wait")
    await told_all(bad)
    host.kill()
    client.hset(f"crash:job:{bad}:artefacts", "plan:0", "no artefact")
    host = await start("another", max_attempts=MAX_ATTEMPTS)
    go()
    assert (await followed(bad))[-1].type == "failed"
    await completed(await ask())
    assert bad in host.log
    [(_, letter)] = client.xrange("crash:dead")
    assert letter["job_id"] == bad


async def test_entries_that_are_none_of_ours_are_logged_and_thrown_away(start, client, alone):
    host = await start(max_attempts=MAX_ATTEMPTS)
    put = {name: client.xadd("crash:mailbox:search", fields) for name, fields in ENTRIES.items()}
    await alone(host, ())
    assert [n for n, entry in put.items() if entry not in host.log and ENTRIES[n].get("job_id") != "nobody"] == []
    assert "nobody" in host.log


async def test_jobs_go_on_and_are_followed_when_the_tail_of_events_was_overwritten(
    start, ask, completed, client, until
):
    host = await start(max_attempts=MAX_ATTEMPTS)
    await completed(await ask())
    client.set("crash:events", "no such thing")
    await completed(await ask())
    await until(lambda: "the tail of events was changed by hand" in host.log)
    client.delete("crash:events")
    await completed(await ask())
    assert host.ended is None
    assert "taken away" not in host.log


async def test_a_ledger_answer_that_does_not_parse_buries_its_job_alone(start, ask, followed, completed, client, until):
    host = await start(max_attempts=MAX_ATTEMPTS, call_seconds=0.2)
    bad = await ask()
    ledger = f"crash:job:{bad}:ledger"
    await until(lambda: client.hlen(ledger))
    host.kill()
    for request in client.hkeys(ledger):
        client.hset(ledger, request, "{")
    await asyncio.to_thread(host.start)
    assert (await followed(bad))[-1].type == "failed"
    await completed(await ask())


async def test_a_job_deleted_by_hand_is_gone_for_its_worker_too(
    start, ask, edge, completed, told_all, client, until, go
):
    host = await start()
    job_id = await ask("q search=wait")
    await told_all(job_id)
    client.delete(f"crash:job:{job_id}")
    go()
    await until(lambda: f"of {job_id} was taken away" in host.log)
    with pytest.raises(JobNotFoundError):
        await edge.job(job_id)
    await completed(await ask())
    await until(lambda: not client.scard("crash:running"))
