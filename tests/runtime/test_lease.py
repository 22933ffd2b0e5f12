import asyncio

from actors.domain.errors import TransientError
from actors.runtime.lease import LeaseKeeper


async def test_leases_are_renewed_four_times_a_lease_in_one_call(rig):
    slept = []

    async def sleep(seconds):
        slept.append(seconds)
        rig.now[0] += seconds
        if len(slept) == 12:
            stop.set()

    stop = asyncio.Event()
    keeper = LeaseKeeper(rig.store.mailboxes, lease_seconds=30, sleep=sleep)
    await rig.submit()
    (delivery,) = await rig.take("c1")
    work = asyncio.create_task(asyncio.Event().wait())
    keeper.hold(delivery).work = work
    running = asyncio.create_task(keeper.run(stop))
    await stop.wait()
    assert set(slept) == {7.5}
    assert not work.done()
    assert await rig.take("c2") == []
    keeper.drop(delivery)
    await asyncio.wait_for(running, 1)
    work.cancel()


async def test_a_store_that_is_away_for_a_moment_costs_no_lease(rig):
    class Away:
        async def renew(self, tokens):
            raise TransientError("away")

    stop = asyncio.Event()
    calls = 0

    async def sleep(seconds):
        nonlocal calls
        calls += 1
        if calls == 3:
            stop.set()

    keeper = LeaseKeeper(Away(), lease_seconds=30, sleep=sleep)
    await rig.submit()
    (delivery,) = await rig.take("c1")
    work = asyncio.create_task(asyncio.Event().wait())
    keeper.hold(delivery).work = work
    running = asyncio.create_task(keeper.run(stop))
    await stop.wait()
    assert not work.cancelled()
    keeper.drop(delivery)
    await asyncio.wait_for(running, 1)
    work.cancel()
