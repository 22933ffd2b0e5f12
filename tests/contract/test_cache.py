from actors.store.records import CacheCounts


async def test_a_cached_value_lives_for_its_time(bench):
    await bench.store.cache.set("pages", "a", b"\x00value", ttl_seconds=9)
    await bench.store.cache.set("pages", "b", b"value", ttl_seconds=0.01)
    await bench.elapse(0.03)
    assert await bench.store.cache.get("pages", "a") == b"\x00value"
    assert await bench.store.cache.get("pages", "b") is None


async def test_clearing_a_namespace_leaves_the_others(bench):
    for namespace in ("pages", "robots"):
        for key in ("a", "b"):
            await bench.store.cache.set(namespace, key, b"x", ttl_seconds=9)
    assert await bench.store.cache.clear("pages") == 2
    assert await bench.store.cache.get("pages", "a") is None
    assert await bench.store.cache.get("robots", "a") == b"x"


async def test_a_key_may_be_any_text(bench):
    await bench.store.cache.set("pages", "\udce9: *", b"x", ttl_seconds=9)
    assert await bench.store.cache.get("pages", "\udce9: *") == b"x"


async def test_one_caller_is_told_to_make_a_value_until_it_is_set(bench):
    cache = bench.store.cache
    assert [await cache.claim("pages", "a", seconds=9) for _ in range(3)] == [True, False, False]
    assert await cache.claim("pages", "b", seconds=9)
    assert await cache.claim("robots", "a", seconds=9)
    await cache.set("pages", "a", b"x", ttl_seconds=9)
    assert await cache.claim("pages", "a", seconds=9)
    assert await cache.get("pages", "a") == b"x"


async def test_a_claim_lapses(bench):
    assert await bench.store.cache.claim("pages", "a", seconds=0.04)
    await bench.elapse(0.05)
    assert await bench.store.cache.claim("pages", "a", seconds=9)


async def test_a_claim_is_no_value(bench):
    await bench.store.cache.claim("pages", "a", seconds=9)
    assert await bench.store.cache.get("pages", "a") is None
    assert await bench.store.cache.clear("pages") == 0


async def test_a_value_that_somebody_is_making_is_missed_once(bench):
    cache = bench.store.cache
    await cache.get("pages", "a")
    await cache.claim("pages", "a", seconds=9)
    for _ in range(3):
        await cache.get("pages", "a")
    await cache.set("pages", "a", b"x", ttl_seconds=9)
    await cache.get("pages", "a")
    assert await cache.counts() == {"pages": CacheCounts(hits=1, misses=1)}


async def test_hits_and_misses_are_counted_by_namespace(bench):
    cache = bench.store.cache
    assert await cache.counts() == {}
    await cache.set("pages", "a", b"x", ttl_seconds=9)
    await cache.get("pages", "a")
    await cache.get("pages", "a")
    await cache.get("pages", "b")
    await cache.get("answers:news", "a")
    assert await cache.counts() == {"pages": CacheCounts(2, 1), "answers:news": CacheCounts(0, 1)}
    await cache.clear("pages")
    assert (await cache.counts())["pages"] == CacheCounts(2, 1)
