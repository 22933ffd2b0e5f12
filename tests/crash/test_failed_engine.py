"""An engine that cannot go on says so in its health and ends its process with an error; nobody else is harmed."""

import asyncio


async def test_a_loop_that_fails_each_time_makes_the_service_unhealthy_and_ends_it_with_an_error(program, client):
    service = await program("serve")
    waiting = await program("work", CRP_ENGINE__STAGES='["publish"]')
    client.set("crash:mailbox:plan", "what somebody has put here by hand")
    answers = []
    while service.ended is None:
        try:
            async with service.web.get("/health") as response:
                answers.append((response.status, await response.json()))
        except OSError:
            continue
        await asyncio.sleep(0.05)
    assert service.ended == 1
    assert answers[0][0] == 200
    status, told = answers[-1]
    assert (status, told["status"], told["actors"]["failed"]) == (503, "unhealthy", ["plan"])
    assert "failed too often: plan" in told["problems"]
    assert "plan failed, starts again" in service.log
    assert "WRONGTYPE" in service.log
    assert service.log.count("\n") < 500
    assert waiting.ended is None
