"""phone_ranges against the library that publishes the plans, on numbers that it did not see.

The warehouse's way to read a phone (plan, length, range) is SQL; here the range table alone is
asked whether a national number of a country is in use, beside phonenumbers' is_valid_number().
"""

from __future__ import annotations

import csv
import random
from collections import defaultdict
from pathlib import Path

import phonenumbers
import pytest

SEEDS = Path(__file__).resolve().parents[2] / "seeds" / "reference"
FRENCH_PLAN = ["33", "262", "508", "590", "594", "596"]


@pytest.fixture(scope="module")
def ranges() -> dict[tuple[str, int], list[tuple[str, str]]]:
    """(calling code, length) -> ranges of the first seven digits in use."""
    found = defaultdict(list)
    with (SEEDS / "phone_ranges.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            key = (row["calling_code"], int(row["national_length"]))
            found[key].append((row["range_from"], row["range_to"]))
    return found


def in_use(ranges: dict, calling_code: str, number: str) -> bool:
    leading = number[:7].ljust(7, "0")
    return any(low <= leading <= high for low, high in ranges[(calling_code, len(number))])


def is_valid(calling_code: str, number: str) -> bool:
    parsed = phonenumbers.PhoneNumber(
        country_code=int(calling_code),
        national_number=int(number),
        italian_leading_zero=True if number.startswith("0") else None,
        number_of_leading_zeros=len(number) - len(number.lstrip("0")) or None,
    )
    return phonenumbers.is_valid_number(parsed)


def random_numbers(calling_code: str, lengths: list[int], count: int) -> list[str]:
    dice = random.Random(int(calling_code))
    numbers = []
    for _ in range(count):
        length = dice.choice(lengths)
        numbers.append("".join(dice.choice("0123456789") for _ in range(length)))
    return [number for number in numbers if int(number)]


def test_a_range_has_one_leading_digit(ranges: dict) -> None:
    """Ranges are joined by it."""
    pairs = [pair for found in ranges.values() for pair in found]
    assert pairs and not [(low, high) for low, high in pairs if low[0] != high[0]]


@pytest.mark.parametrize("calling_code", FRENCH_PLAN)
def test_french_plan_is_exact(ranges: dict, calling_code: str) -> None:
    numbers = random_numbers(calling_code, [6, 8, 9, 10], 20_000)
    wrong = [n for n in numbers if in_use(ranges, calling_code, n) != is_valid(calling_code, n)]
    assert not wrong


def test_every_plan_agrees_with_its_publisher(ranges: dict) -> None:
    lengths = defaultdict(list)
    for calling_code, length in ranges:
        lengths[calling_code].append(length)
    right = total = 0
    for calling_code in sorted(lengths):
        for number in random_numbers(calling_code, lengths[calling_code], 300):
            total += 1
            right += in_use(ranges, calling_code, number) == is_valid(calling_code, number)
    assert total > 50_000
    assert right / total >= 0.998, f"{right} of {total}"


def test_example_numbers_are_in_use(ranges: dict) -> None:
    missing = []
    for region in phonenumbers.SUPPORTED_REGIONS:
        for kind in (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE):
            example = phonenumbers.example_number_for_type(region, kind)
            if example is not None:
                number = phonenumbers.national_significant_number(example)
                if not in_use(ranges, str(example.country_code), number):
                    missing.append(region)
    assert not missing
