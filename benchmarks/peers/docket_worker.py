"""docket: one worker, 50 tasks at once (100 exhaust its connection pool), looking for work every 5 ms, not 250."""
# mypy: ignore-errors
# The library lives in an environment of its own, where mypy does not look.

import asyncio
from datetime import timedelta

from course import arguments, in_batches
from docket import Docket, Worker

CONCURRENCY = 50
CHECK = timedelta(milliseconds=5)


async def main() -> None:
    """Enqueue, then work."""
    url, course = arguments()

    async def step(job: int, number: int) -> None:
        if following := course.run(number):
            await docket.add(step, key=f"{job}:{following}")(job, following)

    async with Docket(name="bench", url=url) as docket:
        docket.register(step)
        await in_batches(course.jobs, lambda job: docket.add(step, key=f"{job}:1")(job, 1))
        checks = {"minimum_check_interval": CHECK, "scheduling_resolution": CHECK}
        async with Worker(docket, concurrency=CONCURRENCY, **checks) as worker:
            await worker.run_forever()


asyncio.run(main())
