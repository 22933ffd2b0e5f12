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


@pytest.mark.parametrize("fields", HASHES.values(), ids=HASHES)
async def test_a_job_edited_by_hand_ends_or_completes_is_logged_and_holds_nobody_up(
    start, ask, completed, told_all, client, until, go, fields
):
    host = await start(max_attempts=MAX_ATTEMPTS)
    bad = await ask("q search=wait")
    await told_all(bad)
    for name, value in fields.items():
        if value is None:
            client.hdel(f"crash:job:{bad}", name)
        else:
            client.hset(f"crash:job:{bad}", name, value)
    go()
    for _ in range(3):
        await completed(await ask())
    await until(lambda: not client.sismember("crash:running", bad), seconds=15)
    assert client.hget(f"crash:job:{bad}", "status") in ("failed", "completed")
    assert [client.xlen(key) for key in client.scan_iter("crash:mailbox:*")] == [0] * 5
    assert host.ended is None
    assert "failed, starts again" not in host.log
    assert client.hget(f"crash:job:{bad}", "status") == "completed" or bad in host.log


@pytest.mark.parametrize("part", ["", ":events", ":artefacts", ":marks"])
async def test_a_key_of_a_job_that_was_overwritten_ends_that_job_alone(
    start, ask, completed, told_all, client, until, go, part
):
    host = await start(max_attempts=MAX_ATTEMPTS)
    bad = await ask("q search=wait")
    await told_all(bad)
    client.set(f"crash:job:{bad}{part}", "no such thing")
    go()
    await completed(await ask())
    await until(lambda: not client.sismember("crash:running", bad), seconds=15)
    await until(lambda: [client.xlen(key) for key in client.scan_iter("crash:mailbox:*")] == [0] * 5)
    assert host.ended is None
    assert "starts again" not in host.log
    assert bad in host.log


@pytest.mark.parametrize("fields", HASHES.values(), ids=HASHES)
async def test_a_job_edited_by_hand_does_not_hide_its_tenants_others(ask, edge, client, fields):
    good, bad = await ask(), await ask()
    for name, value in fields.items():
        if value is None:
            client.hdel(f"crash:job:{bad}", name)
        else:
            client.hset(f"crash:job:{bad}", name, value)
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


@pytest.mark.parametrize("fields", ENTRIES.values(), ids=ENTRIES)
async def test_an_entry_that_is_none_of_ours_is_logged_and_thrown_away(start, ask, completed, client, until, fields):
    host = await start(max_attempts=MAX_ATTEMPTS)
    entry = client.xadd("crash:mailbox:search", fields)
    for _ in range(3):
        await completed(await ask())
    await until(lambda: client.xlen("crash:mailbox:search") == 0, seconds=10)
    assert host.ended is None
    assert "failed, starts again" not in host.log
    assert entry in host.log or str(fields.get("job_id")) in host.log


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
