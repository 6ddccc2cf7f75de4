"""E-mail addresses are judged as Django judges them."""

from itertools import product

import pytest
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

from emulator.providers.sphinxhq.addresses import is_address

DJANGO = EmailValidator()
ODD = ("é", "ſ", "K", "ı", "İ", "_", "-", "\xa0", "\xa1", "\uffff", "\U00010428", "9", "Z", "xn--", "XN--ſ")
PLACES = ("{}.com", "a{}.com", "a.{}", "a.b{}", "a.{}b", "a.xn--{}", "a.xn--b{}9", "a.{}.org", "{}")


def is_address_for_django(text: str) -> bool:
    try:
        DJANGO(text)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("place", PLACES)
def test_odd_letters_count_as_they_do_for_django(place: str) -> None:
    domains = [place.format("".join(letters)) for many in (1, 2) for letters in product(ODD, repeat=many)]
    found = {domain: is_address(f"a@{domain}") for domain in domains}
    assert found == {domain: is_address_for_django(f"a@{domain}") for domain in domains}
    assert place == "{}" or set(found.values()) == {True, False}


def test_each_letter_counts_as_it_does_for_django() -> None:
    letters = map(chr, (*range(0x10000), *range(0x10000, 0x110000, 97)))
    assert [
        letter
        for letter in letters
        if is_address(f"a@{letter}b.com") != (DJANGO.domain_regex.match(f"{letter}b.com") is not None) and letter != "@"
    ] == []
