"""Write the reference seeds (seeds/reference/*.csv) from open data and the numbering plans.

    python seeds/build_reference.py <folder of open reference data> [<output folder>]

The folder holds `fr/*.parquet` and `fr/cedex.csv` (seeds/README.md names each file, its origin
and its licence); numbering plans and country names come from the `phonenumbers` package, throw-away
mail domains from `disposable-email-domains`. Run it again when either is updated; the output
is sorted, so that a diff shows what changed.

A numbering plan is published as regular expressions. A warehouse wants equi-joins, so each
expression becomes an automaton whose prefixes are walked until every continuation of the given
length is accepted: rows (calling code, length, first two digits, from, to) that say the same thing.
"""

import csv
import functools
import re._parser as regex_parser
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import disposable_email_domains
import duckdb
import phonenumbers
from phonenumbers.geodata.locale import LOCALE_DATA

DIGITS = "0123456789"
RANGE_DIGITS = 7  # width of a range
FOREIGN_DIGITS = 5  # outside the French plan, ranges are told apart by this many digits at most
# Calling codes dialled inside the French plan with the French trunk 0 (0262…, 0696…).
FRENCH_PLAN = {33, 262, 508, 590, 594, 596}
# Order of phonenumbers.number_type(); the last two together are 'fixed or mobile'.
KINDS = {
    "premium_rate": "service",
    "toll_free": "service",
    "shared_cost": "service",
    "voip": "voip",
    "personal_number": "personal",
    "pager": "service",
    "uan": "service",
    "voicemail": "service",
    "fixed_line": "fixed",
    "mobile": "mobile",
}
LANGUAGES = ("fr", "en", "de", "es", "it", "nl", "pt")
FIRST_NAME_MINIMUM = 300  # births
SURNAME_MINIMUM = 10  # bearers


class Automaton:
    """A digit-only regular expression as a lazily built deterministic automaton."""

    def __init__(self, pattern: str) -> None:
        self.edges: list[list[tuple[frozenset[str] | None, int]]] = []
        start = self._state()
        self.end = self._add(regex_parser.parse(pattern), start)
        self.start = self._closure({start})
        self.coverage = functools.cache(self._coverage)
        self.step = functools.cache(self._step)

    def _state(self) -> int:
        self.edges.append([])
        return len(self.edges) - 1

    def _add(self, tokens: Iterable, state: int) -> int:
        for kind, value in tokens:
            state = self._add_token(str(kind), value, state)
        return state

    def _add_token(self, kind: str, value, state: int) -> int:
        if kind in ("LITERAL", "IN", "ANY"):
            following = self._state()
            self.edges[state].append((characters(kind, value), following))
            return following
        if kind == "BRANCH":
            following = self._state()
            for branch in value[1]:
                self.edges[self._add(branch, state)].append((None, following))
            return following
        if kind == "SUBPATTERN":
            return self._add(value[3], state)
        if kind == "MAX_REPEAT":
            low, high, body = value
            for _ in range(low):
                state = self._add(body, state)
            following = self._state()
            for _ in range(min(int(high), 20) - low):
                self.edges[state].append((None, following))
                state = self._add(body, state)
            self.edges[state].append((None, following))
            return following
        raise ValueError(f"unexpected {kind} in a numbering plan")

    def _closure(self, states: set[int]) -> frozenset[int]:
        found, waiting = set(states), list(states)
        while waiting:
            for label, following in self.edges[waiting.pop()]:
                if label is None and following not in found:
                    found.add(following)
                    waiting.append(following)
        return frozenset(found)

    def _step(self, states: frozenset[int], digit: str) -> frozenset[int]:
        return self._closure(
            {
                following
                for state in states
                for label, following in self.edges[state]
                if label is not None and digit in label
            }
        )

    def _coverage(self, states: frozenset[int], length: int) -> str:
        """'all', 'none' or 'some' of the digit strings of this length are accepted."""
        if length == 0 or not states:
            return "all" if self.end in states else "none"
        parts = {self.coverage(self.step(states, digit), length - 1) for digit in DIGITS}
        return parts.pop() if len(parts) == 1 else "some"


def characters(kind: str, value) -> frozenset[str]:
    if kind == "LITERAL":
        return frozenset(chr(value))
    if kind == "ANY" or any(str(item[0]) == "CATEGORY" for item in value):
        return frozenset(DIGITS)
    found: set[str] = set()
    for item_kind, item in value:
        low, high = item if str(item_kind) == "RANGE" else (item, item)
        found.update(chr(code) for code in range(low, high + 1))
    return frozenset(found)


@functools.cache
def automaton(pattern: str) -> Automaton:
    return Automaton(pattern)


class Plan:
    """The numbers of one calling code: (country, type) of a national number, or nothing."""

    def __init__(self, calling_code: int) -> None:
        regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE[calling_code]
        self.regions = []
        self.depth = RANGE_DIGITS if calling_code in FRENCH_PLAN else FOREIGN_DIGITS
        for region in regions:
            metadata = phonenumbers.PhoneMetadata.metadata_for_region(region)
            if metadata is None:
                continue
            patterns = {"general": metadata.general_desc.national_number_pattern}
            for kind in KINDS:
                description = getattr(metadata, kind)
                if description is not None and description.national_number_pattern:
                    patterns[kind] = description.national_number_pattern
            if metadata.leading_digits and len(regions) > 1:
                patterns["leading"] = f"(?:{metadata.leading_digits})\\d*"
            lengths = set(metadata.general_desc.possible_length)
            machines = {name: automaton(pattern) for name, pattern in patterns.items()}
            self.regions.append((region, lengths, machines))
        self.lengths = sorted(set().union(*(lengths for _, lengths, _ in self.regions)))

    def walk(self, length: int) -> Iterator[tuple[str, str, tuple[str, str]]]:
        """Yield (first, last, (country, type)) of RANGE_DIGITS digits each, in order."""
        start = [
            (region, {name: machine.start for name, machine in machines.items()}, machines)
            for region, lengths, machines in self.regions
            if length in lengths
        ]
        yield from self._walk("", length, start)

    def _walk(self, prefix: str, left: int, regions: list) -> Iterator:
        verdict, exact, alive = None, True, []
        for region, states, machines in regions:
            cover = {name: machines[name].coverage(state, left) for name, state in states.items()}
            if cover["general"] == "none" or cover.get("leading") == "none":
                continue
            alive.append((region, states, machines))
            kinds = [name for name in KINDS if cover.get(name, "none") != "none"]
            if kinds and verdict is None and cover.get("leading") != "some":
                kind = KINDS[kinds[0]]
                if {"fixed_line", "mobile"} == set(kinds[:2]):
                    kind = "fixed_or_mobile"
                verdict = (region, kind)
            exact = exact and "some" not in cover.values()
        if not exact and len(prefix) < self.depth and left:
            for digit in DIGITS:
                moved = [
                    (
                        region,
                        {name: machines[name].step(state, digit) for name, state in states.items()},
                        machines,
                    )
                    for region, states, machines in alive
                ]
                yield from self._walk(prefix + digit, left - 1, moved)
        elif verdict:
            yield prefix.ljust(RANGE_DIGITS, "0"), prefix.ljust(RANGE_DIGITS, "9"), verdict


def phone_ranges() -> Iterator[tuple]:
    for calling_code in sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE):
        if phonenumbers.COUNTRY_CODE_TO_REGION_CODE[calling_code] == ("001",):
            continue
        plan = Plan(calling_code)
        for length in plan.lengths:
            merged: list[list] = []
            for first, last, verdict in plan.walk(length):
                for leading in range(int(first[0]), int(last[0]) + 1):
                    low = max(first, f"{leading}".ljust(RANGE_DIGITS, "0"))
                    high = min(last, f"{leading}".ljust(RANGE_DIGITS, "9"))
                    key = (f"{leading}", verdict)
                    if merged and merged[-1][0] == key and int(merged[-1][2]) + 1 == int(low):
                        merged[-1][2] = high
                    else:
                        merged.append([key, low, high])
            for (_, (country, kind)), low, high in merged:
                yield (calling_code, length, low, high, country, kind)


def countries() -> Iterator[tuple]:
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        metadata = phonenumbers.PhoneMetadata.metadata_for_region(region)
        code = metadata.country_code
        main = phonenumbers.PhoneMetadata.metadata_for_region(
            phonenumbers.COUNTRY_CODE_TO_REGION_CODE[code][0]
        )
        plan = 33 if code in FRENCH_PLAN else code
        abroad = metadata.preferred_international_prefix or metadata.international_prefix or ""
        abroad = abroad.replace("~", "")
        prefix = metadata.national_prefix or main.national_prefix
        yield (region, code, plan, prefix, abroad if abroad.isdigit() else "00")


def phone_plans() -> Iterator[tuple]:
    for code in sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE):
        region = phonenumbers.COUNTRY_CODE_TO_REGION_CODE[code][0]
        if region != "001":
            metadata = phonenumbers.PhoneMetadata.metadata_for_region(region)
            plan = 33 if code in FRENCH_PLAN else code
            yield (code, plan, metadata.national_prefix)


def country_names(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple]:
    rows = [
        (name, region)
        for region, names in LOCALE_DATA.items()
        for language in LANGUAGES
        for written in [names.get(language, "")]
        for name in [names[written[1:]] if written.startswith("*") else written]
        if name and region in phonenumbers.SUPPORTED_REGIONS
    ]  # '*de' in the source means: the same name as in that language
    connection.execute("create or replace table names (name text, country text)")
    connection.executemany("insert into names values (?, ?)", rows)
    yield from connection.sql(f"""
        with keys as (select distinct {name_key("name")} as country_name, country from names
                      where length(name) > 2)
        select country_name, min(country) from keys group by 1 having count(*) = 1
        order by 1
    """).fetchall()


def name_key(column: str) -> str:
    """The comparison key of the macro `text_key`, in the dialect this script runs on."""
    return (
        "trim(regexp_replace(upper(strip_accents(replace(replace("
        f"{column}, 'œ', 'oe'), 'Œ', 'OE'))), '[^A-Z0-9]+', ' ', 'g'))"
    )


def name_frequencies(connection: duckdb.DuckDBPyConnection, folder: Path) -> list[tuple]:
    return connection.sql(f"""
        with first_names as (
            select {name_key("name")} as name, sum(n) as bearers,
                1e6 * sum(n) / (sum(sum(n)) over ()) as per_million
            from read_parquet('{folder}/fr/prenoms_insee_1900_2021.parquet')
            where name not like '\\_%' escape '\\' group by 1),
        surnames as (
            select {name_key("nom")} as name, sum(n) as bearers,
                1e6 * sum(n) / (sum(sum(n)) over ()) as per_million
            from read_parquet('{folder}/fr/surnames_freq_rne.parquet') group by 1)
        select name, round(coalesce(f.per_million, 0), 1), round(coalesce(s.per_million, 0), 1)
        from (select * from first_names where bearers >= {FIRST_NAME_MINIMUM}) f
        full join (select * from surnames where bearers >= {SURNAME_MINIMUM}) s using (name)
        where length(name) > 1
        order by name
    """).fetchall()


def communes(connection: duckdb.DuckDBPyConnection, folder: Path) -> list[tuple]:
    """Routing label of a postcode, and the other names (commune, former commune) it goes by.

    13005 MARSEILLE serves a part of the fourth, 81100 CASTRES one of Boissezon: of the communes
    behind a label, the one that it names comes first.
    """
    return connection.sql(f"""
        with post as (
            select codePostal as postcode, codeCommune as insee_code, nomCommune as commune,
                regexp_replace({name_key("libelleAcheminement")}, ' [0-9]+(EME)?$', '') as label,
                not regexp_full_match({name_key("nomCommune")}, label || '( '
                    || cast(right(codePostal, 2) as integer) || 'ER? ARRONDISSEMENT)?') as is_other
            from read_parquet('{folder}/fr/postcodes_communes_laposte.parquet')
            union all
            -- the collectivities overseas, which the post's list leaves out
            select unnest(codesPostaux), code, nom, {name_key("nom")}, false
            from read_parquet('{folder}/fr/communes_cog.parquet')
            where zone = 'com' and departement <> '975'),
        spoken as (
            select postcode, insee_code, label as city, label as name, is_other, 0 as rank
            from post
            union all
            select postcode, insee_code, label, {name_key("commune")}, is_other, 1 from post
            union all
            select post.postcode, post.insee_code, post.label, {name_key("cog.nom")}, is_other, 2
            from post
            inner join read_parquet('{folder}/fr/communes_cog.parquet') as cog
                on cog.chefLieu = post.insee_code
            where cog.type in ('commune-deleguee', 'commune-associee')),
        named as (
            select postcode, insee_code, city, is_other,
                regexp_replace(regexp_replace(regexp_replace(name,
                    ' [0-9]+(ER|E)?( ARRONDISSEMENT)?$', ''),
                    '\\bSAINT\\b', 'ST', 'g'),
                    '\\bSAINTE\\b', 'STE', 'g') as city_name,
                rank + cast(left(insee_code, 2) <> left(postcode, 2) as integer) as rank
            from spoken)
        select postcode, replace(city_name, ' ', '') as city_key,
            arg_min(insee_code, (rank, is_other, insee_code)),
            -- BAUX DE PROVENCE LES
            regexp_replace(arg_min(city, (rank, is_other, insee_code)),
                '^(.*) (LE|LA|LES|L)$', '\\2 \\1')
        from named
        group by 1, 2 having min(rank) < 2 or count(distinct insee_code) = 1
        order by 1, 2
    """).fetchall()


def cedexes(connection: duckdb.DuckDBPyConnection, folder: Path) -> list[tuple]:
    return connection.sql(f"""
        select cedex, trim(regexp_replace({name_key("libelle")}, ' CEDEX.*$', '')) as city,
            nullif(insee, '')
        from read_csv('{folder}/fr/cedex.csv', all_varchar = true)
        qualify row_number() over (partition by cedex order by libelle) = 1
        order by 1
    """).fetchall()


def write(path: Path, header: str, rows: Iterable[tuple]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header.split())
        writer.writerows(rows)


def main(folder: Path, output: Path) -> None:
    connection = duckdb.connect()
    header = "calling_code national_length range_from range_to country phone_type"
    write(output / "phone_ranges.csv", header, phone_ranges())
    header = "calling_code plan_code trunk_prefix"
    write(output / "phone_plans.csv", header, phone_plans())
    header = "country calling_code plan_code trunk_prefix international_prefix"
    write(output / "phone_countries.csv", header, countries())
    write(output / "country_names.csv", "country_name country", country_names(connection))
    header = "name first_name_per_million last_name_per_million"
    write(output / "name_frequencies.csv", header, name_frequencies(connection, folder))
    header = "postcode city_key insee_code city"
    write(output / "communes.csv", header, communes(connection, folder))
    write(output / "cedexes.csv", "postcode city insee_code", cedexes(connection, folder))
    domains = ((domain,) for domain in sorted(disposable_email_domains.blocklist))
    write(output / "disposable_email_domains.csv", "domain", domains)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    here = Path(__file__).parent / "reference"
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) == 3 else here)
