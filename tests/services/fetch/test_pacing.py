from actors.services.fetch.pacing import LocalPace


async def test_requests_to_one_host_keep_their_distance_and_hosts_do_not_wait_for_each_other() -> None:
    now = 100.0
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    pace = LocalPace(clock=lambda: now, sleep=sleep)
    for host in ("a.example", "a.example", "b.example", "a.example"):
        await pace(host, 2.0)
    assert slept == [2.0, 4.0]


async def test_a_host_without_a_delay_is_never_waited_for() -> None:
    async def sleep(seconds: float) -> None:
        raise AssertionError(seconds)

    pace = LocalPace(clock=lambda: 0.0, sleep=sleep)
    for _ in range(3):
        await pace("a.example", 0.0)
