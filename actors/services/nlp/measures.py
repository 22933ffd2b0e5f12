"""Knows the units of numbers: every spelling of one leads to the same name, and to a factor to compare by."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """A unit: `name` as results show it, what it measures, and how many base units of that one of it makes."""

    name: str
    kind: str
    factor: float = 1.0


_UNITS = """
%             percent      1        % percent per_cent pct prozent pour_cent
point         points       1        percentage_point percentage_points pp
km            length       1000     km kilometre kilometres kilometer kilometers
m             length       1        m metre metres meter meters
cm            length       0.01     cm centimetre centimetres centimeter centimeters
mm            length       0.001    mm millimetre millimetres millimeter millimeters
mile          length       1609.344 mile miles
foot          length       0.3048   ft foot feet
inch          length       0.0254   inch inches
km²           area         1e6      km² km2 sq_km square_kilometre square_kilometres square_kilometer square_kilometers
m²            area         1        m² m2 m^2 sq_m square_metre square_metres square_meter square_meters
mi²           area         2589988  mi² sq_mi square_mile square_miles
ha            area         1e4      ha hectare hectares
acre          area         4046.86  acre acres
kg            mass         1        kg kilogram kilograms kilogramme kilogrammes kilo kilos
g             mass         0.001    g gram grams gramme grammes
tonne         mass         1000     t tonne tonnes metric_ton metric_tons
ton           tons         1        ton tons
kilotonne     mass         1e6      kt kilotonne kilotonnes kilotons
megatonne     mass         1e9      mt megatonne megatonnes megatons
gigatonne     mass         1e12     gt gigatonne gigatonnes gigatons
lb            mass         0.453592 lb lbs
°C            temperature  1        °c ℃ degrees_celsius degree_celsius degrees_c degrees_centigrade celsius
°F            fahrenheit   1        °f ℉ degrees_fahrenheit degree_fahrenheit degrees_f fahrenheit
°             angle        1        ° degree degrees
litre         volume       1        litre litres liter liters
gallon        volume       3.78541  gallon gallons
m³            volume       1000     m³ m3 cubic_metre cubic_metres cubic_meter cubic_meters
barrel        barrels      1        barrel barrels
second        duration     1        sec secs second seconds
minute        duration     60       min mins minute minutes
hour          duration     3600     hr hrs hour hours
day           duration     86400    day days
week          duration     604800   week weeks
month         months       1        month months
year          months       12       yr yrs year years
decade        months       120      decade decades
century       months       1200     century centuries
km/h          speed        1        km/h kph kmh kilometres_per_hour kilometers_per_hour kilometres_an_hour
mph           speed        1.609344 mph miles_per_hour miles_an_hour
m/s           speed        3.6      m/s metres_per_second meters_per_second
kW            power        1e3      kw kilowatt kilowatts
MW            power        1e6      mw megawatt megawatts
GW            power        1e9      gw gigawatt gigawatts
kWh           energy       1e3      kwh kilowatt-hours kilowatt_hours
MWh           energy       1e6      mwh megawatt-hours megawatt_hours
GWh           energy       1e9      gwh gigawatt-hours gigawatt_hours
TWh           energy       1e12     twh terawatt-hours terawatt_hours
Hz            frequency    1        hz hertz
kB            data         1e3      kb kilobyte kilobytes
MB            data         1e6      mb megabyte megabytes
GB            data         1e9      gb gigabyte gigabytes
TB            data         1e12     tb terabyte terabytes
ppm           fraction     1e-6     ppm parts_per_million
ppb           fraction     1e-9     ppb parts_per_billion
ppt           fraction     1e-12    ppt parts_per_trillion
DU            ozone        1        du dobson_unit dobson_units dobson
times         ratio        1        times fold -fold ×
USD           USD          1        dollar dollars usd us_dollars us_dollar u.s._dollars
EUR           EUR          1        € euro euros eur
GBP           GBP          1        £ gbp sterling pounds_sterling
JPY           JPY          1        ¥ yen jpy
CHF           CHF          1        chf francs
INR           INR          1        ₹ rupee rupees inr
"""

SIGNS = {
    "$": "USD", "us$": "USD", "usd": "USD", "€": "EUR", "eur": "EUR", "£": "GBP", "gbp": "GBP", "¥": "JPY",
    "₹": "INR", "chf": "CHF", "a$": "AUD", "au$": "AUD", "c$": "CAD", "ca$": "CAD", "nz$": "NZD", "hk$": "HKD",
}  # fmt: skip
"""What may stand before an amount of money, in lower case."""


def _table() -> dict[str, Measure]:
    table: dict[str, Measure] = {}
    for line in _UNITS.strip().splitlines():
        name, kind, factor, spellings = line.split(maxsplit=3)
        table |= {spelling.replace("_", " "): Measure(name, kind, float(factor)) for spelling in spellings.split()}
    return table


MEASURES = _table()
"""Every spelling, in lower case with single spaces, and its measure."""

_BY_NAME = {measure.name: measure for measure in MEASURES.values()}
_LONGEST_FIRST = sorted(MEASURES, key=lambda spelling: (-len(spelling), spelling))
UNIT = re.compile(
    r"[\s\u00a0\u202f-]?("
    + "|".join(re.escape(spelling).replace(r"\ ", r"[\s\u00a0]+") for spelling in _LONGEST_FIRST)
    + r")(?![^\W_]|(?<=[\W\d][^\W\d])-\w)",
    re.IGNORECASE,
)
"""A unit right behind a number, with or without a space or hyphen."""


def measure_of(spelling: str) -> Measure:
    """The measure written as `spelling`, found by `UNIT`."""
    return MEASURES[" ".join(spelling.lower().split())]


def kind_and_factor(unit: str) -> tuple[str, float]:
    """What a unit's name measures and its factor to the base unit; a unit of no measure is its own kind."""
    measure = _BY_NAME.get(unit)
    return (measure.kind, measure.factor) if measure else (unit, 1.0)
