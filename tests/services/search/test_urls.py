from actors.domain.documents import Kind
from actors.services.search.base import SearchQuery
from actors.services.search.urls import UrlSearch


async def test_all_addresses_come_in_their_order_whatever_the_query_says():
    query = SearchQuery(text="anything", limit=1, exclude_domains=("a.example",))
    hits = await UrlSearch(["http://a.example/", "no address"]).search(query)
    assert [(hit.url, hit.rank, hit.kind) for hit in hits] == [
        ("http://a.example/", 1, Kind.WEB),
        ("no address", 2, Kind.WEB),
    ]
