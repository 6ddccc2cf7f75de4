"""The countries in which invented people live."""

from emulator.quick_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Country:
    """An English-speaking country, with patterns in which # is a digit: its mobile numbers and, by state, postcodes."""

    locale: str  # of Faker
    code: str  # ISO 3166 alpha-3
    calling_code: str
    mobile: str  # the national number, without the leading 0; of a range held for fiction where there is one
    company: str  # the legal form at the end of a company's name
    postcodes: tuple[tuple[str, str], ...]


COUNTRIES = (
    Country(
        "en_AU",
        "AUS",
        "61",
        "49157####",
        "Pty Ltd",
        (
            ("New South Wales", "2###"),
            ("Victoria", "3###"),
            ("Queensland", "4###"),
            ("South Australia", "5###"),
            ("Western Australia", "6###"),
            ("Tasmania", "7###"),
        ),
    ),
    Country("en_CA", "CAN", "1", "41655501##", "Inc.", (("Ontario", "M5V #A#"), ("British Columbia", "V6B #E#"))),
    Country(
        "en_GB", "GBR", "44", "7700900###", "Ltd", (("Greater Manchester", "M# #AA"), ("West Yorkshire", "LS# #AB"))
    ),
    Country("en_IE", "IRL", "353", "2091####", "Ltd", (("County Cork", "T12 A###"), ("County Dublin", "D02 X###"))),
    Country(
        "en_NZ",
        "NZL",
        "64",
        "21######",
        "Limited",
        (("Auckland", "10##"), ("Wellington", "60##"), ("Canterbury", "80##")),
    ),
    Country(
        "en_US", "USA", "1", "21255501##", "LLC", (("California", "941##"), ("New York", "100##"), ("Texas", "787##"))
    ),
)
