"""Rebuild the sandbox's reference files from open data: `python sandbox/reference/build.py FOLDER`.

FOLDER holds prenoms_insee_1900_2021.parquet, surnames_freq_rne.parquet, communes_cog.parquet and
postcodes_communes_laposte.parquet (ATTRIBUTION.md says whose they are). Only frequent names and
inhabited places are kept, so that the three files stay under half a megabyte.
"""

import argparse
from pathlib import Path

import duckdb

HERE = Path(__file__).parent

# sex, decade of birth (1920 … 2010), name, weight (births). The 500 most frequent of each.
FIRST_NAMES = """
select sex, (year // 10 * 10)::smallint as decade, name, sum(n)::integer as weight
from '{folder}/prenoms_insee_1900_2021.parquet'
where year between 1920 and 2019 and length(name) > 1
group by 1, 2, 3
qualify row_number() over (partition by sex, decade order by weight desc, name) <= 500
order by sex, decade, weight desc, name
"""

# surname in capitals, weight (occurrences in a public register, three at least).
SURNAMES = """
select nom as name, n::integer as weight
from '{folder}/surnames_freq_rne.parquet'
where length(nom) > 1
order by weight desc, name
"""

# postcode, INSEE code, La Poste's label, official name, weight (inhabitants of that postcode).
PLACES = """
select
    post.codePostal as postcode,
    commune.code as insee_code,
    min(post.libelleAcheminement) as label,
    commune.nom as city,
    round(commune.population / count(*) over (partition by commune.code))::integer as weight
from '{folder}/communes_cog.parquet' as commune
inner join '{folder}/postcodes_communes_laposte.parquet' as post
    on post.codeCommune = commune.code
where commune.type in ('commune-actuelle', 'arrondissement-municipal')
    and commune.code not in ('75056', '69123', '13055')
    and commune.population >= 400
group by post.codePostal, commune.code, commune.nom, commune.population
order by postcode, insee_code
"""


def main() -> None:
    """Write first_names, surnames and places as Parquet beside this file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    queries = {"first_names": FIRST_NAMES, "surnames": SURNAMES, "places": PLACES}
    for name, query in queries.items():
        target = HERE / f"{name}.parquet"
        duckdb.sql(
            f"copy ({query.format(folder=folder)}) to '{target}'"
            " (format parquet, compression zstd, compression_level 19)"
        )


if __name__ == "__main__":
    main()
