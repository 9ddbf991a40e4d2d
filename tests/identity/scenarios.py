"""The scenarios of SCENARIOS.md: records by the person they are of, written by hand.

Each scenario is a list of (person, fields). A column that is not named is null; records of one
person are one customer in the end, records of two people never are.
"""

from __future__ import annotations

HOME = {"address_line_1": "12 rue des Lilas", "postcode": "69003", "city": "Lyon"}

GARAGE = {
    "company_name": "Garage Roussel",
    "is_company": True,
    "email": "contact@garage-roussel.fr",
    "email_status": "role",
}

OWNER = {"phone": "+33478000917", "address_line_1": "9 quai Fulchiron", "postcode": "69005"}
DESK = {"phone": "+33478000919", "address_line_1": "5 quai Fulchiron", "postcode": "69005"}
YARD = {"phone": "+33478000920", "address_line_1": "3 quai Fulchiron", "postcode": "69005"}
OTHER_PHONE_OF_THE_YARD = YARD | {"phone": "+33478000921"}
AT_THE_YARD = {"phone": YARD["phone"], "postcode": "69005"}
TRADER = {"phone": "+33478000918", "address_line_1": "7 quai Fulchiron", "postcode": "69005"}


def person(first: str, last: str, **more: object) -> dict[str, object]:
    """Fields of a record."""
    return {"first_name": first, "last_name": last, **more}


def four_contacts(name: str, number: int) -> list[tuple[str, dict[str, object]]]:
    """Four surnames: the first two share much, so do the last two, the middle ones less."""
    first = {"email": f"{name}@mail.fr", "loyalty_card": f"C00002{number}1"}
    last = {"email": f"{name}@poste.fr", "loyalty_card": f"C00002{number}2"}
    home = {"phone": f"+3361100008{number}", "postcode": "38000", "city": "Grenoble"}
    contacts = [first, first | home, last | home, last]
    return list(zip(["Bouvard", "Chantemesse", "Fontugne", "Quiévreux"], contacts, strict=True))


SCENARIOS: dict[str, list[tuple[str, dict[str, object]]]] = {
    "chain": [
        ("a", person("Aliénor", "Quémener", email="alienor.q@mail.fr")),
        ("a", person("Alienor", "Quemener", email="alienor.q@mail.fr", phone="+33611000001")),
        ("a", person("Aliénor", "Quémener", phone="+33611000001", loyalty_card="C0000101")),
        ("a", person("Aliénor", "Quémener", loyalty_card="C0000101", birth_date="1984-05-02")),
    ],
    "star": [
        ("a", person("Ludivine", "Garabedian", email="ludivine.g@mail.fr", phone="+33611000002")),
        *[("a", person("Ludivine", "Garabedian", email="ludivine.g@mail.fr")) for _ in range(150)],
    ],
    "star_of_two_names": [
        *[("a", person("Ludger", "Garabedian", email="ludger.g@mail.fr")) for _ in range(101)],
        *[("a", person("Ludger", "Garabedain", email="ludger.g@mail.fr")) for _ in range(2)],
        ("b", person("Sophie", "Garabedian", email="ludger.g@mail.fr")),
    ],
    "star_and_a_phone": [
        *[("a", person("Ludolf", "Garabedian", email="ludolf.g@mail.fr")) for _ in range(101)],
        *[
            ("a", person(first, "Garabedian", email="ludolf.g@mail.fr", phone="+33611000051"))
            for first in ["Ludolf"] * 3 + ["Ludolph"] * 3
        ],
    ],
    "star_of_father_and_son": [
        (who, person("Lubin", "Garabedian", email="lubin.g@mail.fr", birth_date=day))
        for who, day in [("a", "1951-04-17"), ("b", "1983-10-02")]
        for _ in range(60)
    ],
    "late_bridge": [
        ("a", person("Tiphaine", "Le Bozec", email="tiphaine.lb@mail.fr")),
        ("a", person("Tiphaine", "Le Bozec", phone="+33611000003", postcode="29200", city="Brest")),
        ("a", person("Tiphaine", "Le Bozec", email="tiphaine.lb@mail.fr", phone="+33611000003")),
    ],
    "family_email": [
        ("a", person("Bernadette", "Vasseur", email="famille.vasseur@mail.fr", **HOME)),
        ("b", person("Guillaume", "Vasseur", email="famille.vasseur@mail.fr", **HOME)),
        ("c", person("Océane", "Vasseur", email="famille.vasseur@mail.fr", **HOME)),
    ],
    "twins": [
        ("a", person("Léa", "Hamelin", birth_date="1995-03-14", phone="+33478000004", **HOME)),
        ("b", person("Manon", "Hamelin", birth_date="1995-03-14", phone="+33478000004", **HOME)),
    ],
    "twins_of_one_initial": [
        ("a", person("Jean-Paul", "Ravaud", birth_date="1962-03-14", phone="+33478000774", **HOME)),
        (
            "b",
            person("Jean-Pierre", "Ravaud", birth_date="1962-03-14", phone="+33478000774", **HOME),
        ),
        ("a", person("Jean Paul", "Ravaud", phone="+33478000774", **HOME)),
    ],
    "twins_one_letter_apart": [
        ("a", person("Léa", "Hamelinck", birth_date="1998-03-14", phone="+33478000773", **HOME)),
        ("b", person("Léna", "Hamelinck", birth_date="1998-03-14", phone="+33478000773", **HOME)),
        ("b", person("Lèna", "Hamelinck", birth_date="1998-03-14", **HOME)),
    ],
    "one_name_in_two_spellings": [
        ("a", person("Franck", "Hamelaert", birth_date="1968-03-14", **HOME)),
        ("a", person("Frank", "Hamelaert", birth_date="1968-03-14", **HOME)),
    ],
    "sisters_of_close_names": [
        ("a", person("Émilie", "Courtade", email="courtade.soeurs@mail.fr", **HOME)),
        ("b", person("Amélie", "Courtade", email="courtade.soeurs@mail.fr", **HOME)),
        ("b", person("Amelie", "Courtade", phone="+33478000775", **HOME)),
    ],
    "father_and_son_of_the_same_name": [
        (
            "a",
            person("Jacques", "Bellanger", birth_date="1951-02-20", phone="+33478000005", **HOME),
        ),
        (
            "b",
            person("Jacques", "Bellanger", birth_date="1979-11-08", phone="+33478000005", **HOME),
        ),
    ],
    "birth_years": [
        (
            "a",
            person("Marie", "Martin", raw_birth_date="1951", birth_date_status="invalid", **HOME),
        ),
        ("a", person("Marie", "Martn", birth_date="1951-02-20", phone="+33478000781", **HOME)),
        (
            "b",
            person("Marie", "Martin", raw_birth_date="1979", birth_date_status="invalid", **HOME),
        ),
        ("b", person("Marie", "Martin", birth_date="1979-11-08", **HOME)),
    ],
    "birthday_without_year": [
        (
            who,
            person(
                *("Anne", "Bernard"),
                raw_birth_date=day,
                birth_date_status="invalid",
                phone="+33478000780",
                **HOME,
            ),
        )
        for who, day in [("a", "02/03"), ("a", "2/3"), ("b", "17/03")]
    ],
    "year_of_birth_as_new_year": [
        (
            who,
            person(
                *("Jeanne", "Bernard"),
                raw_birth_date=f"{year}-01-01",
                birth_date_status="year_only",
                phone="+33478000779",
                **HOME,
            ),
        )
        for who, year in [("a", 1951), ("a", 1951), ("b", 1979)]
    ],
    "wrong_birth_date": [
        ("a", person("Solène", "Kerouanton", birth_date="1986-09-03", **HOME)),
        ("a", person("Solène", "Kerouantn", birth_date="1987-03-19", **HOME)),
        ("a", person("Solène", "Kerouanton", birth_date="1986-09-03", email="s.kerou@mail.fr")),
    ],
    "birth_date_in_no_calendar": [
        ("a", person("Paul", "Bernard", birth_date="1999-11-07", phone="+33478000778", **HOME)),
        (
            "a",
            person(
                *("Paul", "Bernard"),
                raw_birth_date="1299-07-11",
                birth_date_status="too_old",
                phone="+33478000778",
                **HOME,
            ),
        ),
        ("b", person("Paul", "Bernard", birth_date="1962-03-25", phone="+33478000776", **HOME)),
    ],
    "slip_of_a_birth_date": [
        (
            "a",
            person(
                *("Paul", "Bernard"),
                raw_birth_date=day,
                birth_date_status="invalid",
                phone="+33478000775",
                **HOME,
            ),
        )
        for day in ["31/02/1975", "1975", "28/02"]
    ],
    "mother_and_daughter": [
        (
            "a",
            person("Marie", "Toussaint", birth_date="1958-07-01", email="marie.t@mail.fr", **HOME),
        ),
        (
            "b",
            person("Marie", "Toussaint", birth_date="1986-12-24", email="marie.t@mail.fr", **HOME),
        ),
    ],
    "office": [
        (
            f"{first} {last}",
            person(first, last, address_line_1="12 cours Vitton", postcode="69006", city="Lyon"),
        )
        for first, last in zip(
            ["Alban", "Gilda", "Cyril"] * 4,
            [
                "Noirot",
                "Oberlin",
                "Pujol",
                "Quinet",
                "Rigaud",
                "Sorel",
                "Tardy",
                "Urbain",
                "Viala",
                "Weiss",
                "Bazin",
                "Chauvet",
            ],
            strict=True,
        )
    ],
    "married_name_at_home": [
        (
            "a",
            person("Gilda", last, address_line_1="14 cours Vitton", postcode="69006", city="Lyon"),
        )
        for last in ["Hamelot", "Ruffin"]
    ],
    "store_phone": [
        (f"{first}", person(first, last, phone="+33142000006"))
        for first, last in zip(
            [
                "Alban",
                "Boris",
                "Cyril",
                "Denis",
                "Elise",
                "Fanny",
                "Gilda",
                "Heidi",
                "Irene",
                "Jules",
            ],
            [
                "Noirot",
                "Oberlin",
                "Pujol",
                "Quinet",
                "Rigaud",
                "Sorel",
                "Tardy",
                "Urbain",
                "Viala",
                "Weiss",
            ],
            strict=True,
        )
    ],
    "phone_of_no_plan": [
        ("a", person("Marie", "Martin", raw_phone="0019574657", phone_status="not_in_plan")),
        ("a", person("Marie", "Martin", raw_phone="0019574657", phone_status="not_in_plan")),
    ],
    "email_of_no_domain": [
        ("a", person("Marie", "Martin", reserved_email="mm@example.com", email_status="reserved")),
        ("a", person("Marie", "Martin", reserved_email="mm@example.com", email_status="reserved")),
        ("b", person("Marie", "Martin", reserved_email="mx@example.org", email_status="reserved")),
    ],
    "company": [
        ("a", {"company_name": "Garage Roussel", "is_company": True, **HOME}),
        ("a", {**GARAGE, **HOME}),
        ("a", {**GARAGE, "address_line_1": "8 quai Perrache", "postcode": "69002"}),
    ],
    "company_legal_forms": [
        ("a", {"company_name": "SARL Ébé", "is_company": True, "phone": "+33478000016"}),
        ("a", {"company_name": "Ebé S.A.S.", "is_company": True, "phone": "+33478000016"}),
    ],
    "company_and_its_owner": [
        ("a", {"company_name": "Garage Rossignol", "is_company": True, **OWNER}),
        ("b", person("Élodie", "Castagnier", **OWNER)),
    ],
    "company_and_its_contacts": [
        ("a", {"company_name": "SARL Rossignol Autos", "is_company": True, **DESK}),
        ("a", person("Élodie", "Castagnier", company_name="ROSIGNOL AUTOS", **DESK)),
        ("b", person("Hugo", "Malaplate", company_name="Rossignol Autos", phone=DESK["phone"])),
    ],
    "company_of_two_records_and_contacts": [
        ("a", {"company_name": "SARL Quernel Bois", "is_company": True, **YARD}),
        ("a", {"company_name": "Quernel Bois", "is_company": True, **OTHER_PHONE_OF_THE_YARD}),
        ("a", person("Maëlle", "Guivarch", company_name="Quernel Bois", **AT_THE_YARD)),
        ("b", person("Yseult", "Larnaudie", company_name="Quernel Bois", phone="+33478000921")),
    ],
    "company_of_the_owners_name": [
        ("a", {"company_name": "SARL Castagnède", "is_company": True, **TRADER}),
        ("a", person("Fabrice", "Castagnède", **TRADER)),
    ],
    "accountant_of_companies": [
        (
            name,
            {
                "company_name": name,
                "is_company": True,
                "email": "compta@cabinet-ferrand.fr",
                "email_status": "role",
                "phone": "+33478000017",
            },
        )
        for name in [
            "Pharmacie du Lac",
            "Pharmacie Roussel",
            "Garage Noiret",
            "Menuiserie Blanc",
            "Acmé Conseil",
            "Bodega Sol",
            "Fleurs d'Anna",
            "Taxi Kermadec",
            "Optique Viala",
        ]
    ],
    "swapped_names": [
        ("a", person("Gwendoline", "Kerjean", birth_date="1990-09-09", **HOME)),
        ("a", person("Kerjean", "Gwendoline", birth_date="1990-09-09", postcode="69003")),
    ],
    "married_name": [
        ("a", person("Solenn", "Autissier", birth_date="1988-04-30", email="solenn.a@mail.fr")),
        (
            "a",
            person(
                "Solenn",
                "Chabrol",
                birth_name="Autissier",
                birth_date="1988-04-30",
                email="solenn.a@mail.fr",
            ),
        ),
    ],
    "nickname": [
        ("a", person("Christophe", "Delahousse", email="delahousse.c@mail.fr")),
        ("a", person("Chris", "Delahousse", email="delahousse.c@mail.fr", postcode="33000")),
    ],
    "recycled_phone_number": [
        (
            "a",
            person(
                "Gontran",
                "Mazeaud",
                phone="+33611000007",
                email="gontran.m@mail.fr",
                birth_date="1949-01-17",
            ),
        ),
        (
            "b",
            person(
                "Priscilla",
                "Okonkwo",
                phone="+33611000007",
                email="priscilla.o@mail.fr",
                birth_date="1999-06-06",
            ),
        ),
    ],
    "reused_loyalty_card": [
        ("a", person("Honorine", "Lescure", loyalty_card="C0000108", birth_date="1960-10-10")),
        ("b", person("Valentin", "Pradel", loyalty_card="C0000108", birth_date="1992-02-02")),
    ],
    "phone_of_the_till": [
        ("a", person("Lucie", "Fauret", phone="+33612000000", postcode="06000", city="Nice")),
        ("b", person("Lucie", "Fauret", phone="+33612000000", postcode="67000", city="Strasbourg")),
    ],
    "card_of_the_till_with_dashes": [
        ("a", person("Lucie", "Fauret", loyalty_card="C000990001", postcode="29200", city="Brest")),
        ("b", person("Lucie", "Fauret", loyalty_card="C000990001", postcode="54000", city="Nancy")),
        ("c", person("Lucie", "Fauret", loyalty_card="C-00099-0002", postcode="21000")),
        ("d", person("Lucie", "Fauret", loyalty_card="C-00099-0002", postcode="80000")),
    ],
    "values_of_the_till_and_own_ones": [
        (
            "a",
            person(
                *("Wilfride", "Ancelin"),
                birth_date="1974-06-21",
                email="caisse3@boutique.fr",
                phone="+33612000000",
                loyalty_card="C000990001",
                other_identifier="T-000",
                **HOME,
            ),
        ),
        (
            "a",
            person(
                *("Wilfride", "Ancelin"),
                birth_date="1974-06-21",
                email="wilfride@mail.fr",
                phone="+33611000071",
                loyalty_card="C0000171",
                other_identifier="P0000171",
                **HOME,
            ),
        ),
    ],
    "card_of_a_couple": [
        ("a", person("Martine", "Fauvelle", loyalty_card="C0000771", **HOME)),
        ("b", person("Roland", "Fauvelle", loyalty_card="C0000771", **HOME)),
    ],
    "card_of_the_till": [
        (
            "a",
            person("Lucie", "Fauret", loyalty_card="0000001", postcode="13001", city="Marseille"),
        ),
        ("b", person("Lucie", "Fauret", loyalty_card="0000001", postcode="59000", city="Lille")),
    ],
    "couple_one_letter_apart": [
        (
            who,
            person(name, "Garancher", email="garancher@mail.fr", phone="+33478000783", **HOME),
        )
        for who, name in [("a", "Michel"), ("b", "Michèle")]
    ],
    "four_surnames_and_a_birth_date": [
        ("a", person("Ghislaine", last, birth_date="1961-05-17", **contacts))
        for last, contacts in four_contacts("ghislaine", 1)
    ],
    "four_surnames_and_a_birth_year": [
        (
            "aabb"[place],
            person(
                *("Gwladys", last),
                raw_birth_date="1961",
                birth_date_status="invalid",
                **contacts,
            ),
        )
        for place, (last, contacts) in enumerate(four_contacts("gwladys", 2))
    ],
    "brother_and_sister": [
        ("a", person("Louise", "Gilquin", birth_date="2011-04-24", phone="+33478000771", **HOME)),
        ("b", person("Yanis", "Gilquin", birth_date="2011-04-02", phone="+33478000771", **HOME)),
    ],
    "guest_checkout": [
        ("a", person("Clothilde", "Rouvière", email="clothilde.r@mail.fr", **HOME)),
        ("a", person("clothilde", "rouviere", email="clothilde.r@mail.fr")),
        ("a", person("C", "Rouviere", email="clothilde.r@mail.fr", postcode="69003", city="Lyon")),
    ],
    "typo_in_the_name": [
        ("a", person("Emmanuelle", "Schweitzer", birth_date="1971-08-19", phone="+33611000009")),
        ("a", person("Emanuelle", "Schweizer", birth_date="1971-08-19", phone="+33611000009")),
    ],
    "nameless_between_two": [
        ("a", person("Aurélien", "Jacquemin", email="maison.jacquemin@mail.fr", **HOME)),
        ("b", person("Sabrina", "Jacquemin", email="maison.jacquemin@mail.fr", **HOME)),
        ("?", {"email": "maison.jacquemin@mail.fr"}),
    ],
    "initial_between_two": [
        ("a", person("Marc", "Soubeyrand", phone="+33478000772", **HOME)),
        ("b", person("Marie", "Soubeyrand", phone="+33478000772", **HOME)),
        ("?", person("M.", "Soubeyrand", phone="+33478000772", **HOME)),
    ],
    "initials_between_two": [
        ("a", person("Marie-Claude", "Soubeyran", phone="+33478000784", **HOME)),
        ("b", person("Marie-Christine", "Soubeyran", phone="+33478000784", **HOME)),
        ("?", person("M.-C.", "Soubeyran", phone="+33478000784", **HOME)),
        ("?", person("Marie", "Soubeyran", phone="+33478000784", **HOME)),
    ],
    "initials_of_one_name": [
        ("a", person("H. B.", "Walraven", email="h.walraven@mail.fr", **HOME)),
        ("a", person("Hidde", "Walraven", email="h.walraven@mail.fr", **HOME)),
    ],
    "town_without_postcode": [
        ("a", person("Ermengarde", "Vanparys", address_line_1="8 quai Rambaud", city="Lyon")),
        ("a", person("Ermangarde", "Vampa1ys", address_line_1="8 quai Rambaud", city="Lyon")),
    ],
    "postcode_in_two_ways": [
        ("a", person("Nele", "Vercauteren", address_line_1="Kerkstraat 7", postcode="B-9000")),
        ("a", person("Neele", "Vercauterenn", address_line_1="Kerkstraat 7", postcode="9000")),
        ("b", person("Guus", "Vermandois", address_line_1="Oude Haven 7", postcode="1254 NJ")),
        ("b", person("Guuss", "Vermandoys", address_line_1="Oude Haven 7", postcode="1254nj")),
    ],
    "part_of_a_compound_without_street": [
        ("a", person("Amador", "Cornejo", postcode="31000", city="Toulouse")),
        ("a", person("Amador", "Cornejo Pino", postcode="31000", city="Toulouse")),
    ],
    "initial_without_street": [
        ("a", person("Hyacinthe", "Quettehou", postcode="31000", birth_date="1961-05-07")),
        ("a", person("H", "Quettehou", postcode="31000", city="Toulouse")),
    ],
    "middle_initial": [
        (
            "a",
            person(
                *("Carol B.", "Cuninghame"),
                address_line_1="7533 Country Club Lane",
                postcode="27248-2212",
            ),
        ),
        (
            "a",
            person(
                *("Carol", "Cunninghame"),
                address_line_1="7533 Country Club Ln",
                postcode="27248",
            ),
        ),
    ],
    "given_name_of_one_letter": [
        ("a", person("伟", "李", email="wei.li@mail.fr", phone="+33611000041")),
        (
            "a",
            person(
                "伟", "李", email="wei.li@mail.fr", phone="+33611000041", loyalty_card="C0000141"
            ),
        ),
        (
            "a",
            person("伟", "李", email="lw@poste.fr", phone="+33611000042", loyalty_card="C0000141"),
        ),
        ("a", person("伟", "李", email="lw@poste.fr", phone="+33611000042")),
    ],
    "email_only": [
        ("a", person("Barnabé", "Castelnau", email="barnabe.c@mail.fr", phone="+33611000010")),
        ("a", {"email": "barnabe.c@mail.fr"}),
    ],
    "one_local_part": [
        ("a", person("Maryam", "Peyramaure", email="nounours.du12@mail.fr")),
        (
            "b",
            person("Donatien", "Fauconnet", email="nounours.du12@poste.fr", phone="+33611000015"),
        ),
    ],
    "same_starts_and_year": [
        (
            "a",
            person("Maryam", "Peyramaure", birth_date="1984-05-03", email="m.peyramaure@mail.fr"),
        ),
        ("b", person("Maryam", "Peyrelongue", birth_date="1984-05-27", email="maryampo@poste.fr")),
    ],
    "same_common_name": [
        (
            "a",
            person(
                "Marie", "Martin", email="marie.martin@mail.fr", postcode="13001", city="Marseille"
            ),
        ),
        ("b", person("Marie", "Martin", email="mmartin75@mail.fr", postcode="75011", city="Paris")),
    ],
    "chain_beside_a_cut": [
        ("a", person("Marie", "Martin", email="mm.un@mail.fr", phone="+33611000061")),
        (
            "a",
            person(
                *("Marie", "Martin"),
                birth_date="1948-03-03",
                email="mm.un@mail.fr",
                loyalty_card="C0000161",
            ),
        ),
        ("a", person("Marie", "Martin", loyalty_card="C0000161", other_identifier="P0000161")),
        ("a", person("Marie", "Martin", email="mm.deux@mail.fr", other_identifier="P0000161")),
        (
            "b",
            person(
                *("Marie", "Martn"),
                birth_date="1980-12-12",
                email="mm.deux@mail.fr",
                phone="+33611000061",
            ),
        ),
    ],
    "contradiction_in_a_chain": [
        (
            "a",
            person(
                "Fulbert",
                "Desmoulins",
                birth_date="1948-03-03",
                email="fulbert.d@mail.fr",
                phone="+33478000011",
                **HOME,
            ),
        ),
        ("?", person("Fulbert", "Desmoulins", email="fulbert.d@mail.fr", phone="+33478000011")),
        (
            "b",
            person(
                "Fulbert",
                "Desmoulins",
                birth_date="1980-12-12",
                email="fulbert.d@mail.fr",
                phone="+33478000011",
                **HOME,
            ),
        ),
    ],
    "numbers_of_two_digits": [
        (
            who,
            person(
                *("Hilarion", "Desmarest"),
                birth_date=day,
                email="hilarion.dt@mail.fr",
                other_identifier=number,
                **HOME,
            ),
        )
        for who, day, number in [
            ("a", "1948-03-03", "12"),
            ("?", None, None),
            ("b", "1980-12-12", "47"),
        ]
    ],
    "number_of_a_crowd": [
        (
            "a",
            person(
                *("Hilarion", "Desmarets"),
                birth_date="1948-03-03",
                email="hilarion.d@mail.fr",
                other_identifier="N0000001",
                **HOME,
            ),
        ),
        ("?", person("Hilarion", "Desmarets", email="hilarion.d@mail.fr", **HOME)),
        (
            "b",
            person(
                *("Hilarion", "Desmarets"),
                birth_date="1980-12-12",
                email="hilarion.d@mail.fr",
                other_identifier="N0000001",
                **HOME,
            ),
        ),
        *[
            (first, person(first, last, birth_date=day, other_identifier="N0000001"))
            for first, last, day in [
                ("Alban", "Noirot", "1950-01-01"),
                ("Boris", "Oberlin", "1953-02-04"),
                ("Cyril", "Pujol", "1956-03-07"),
                ("Denis", "Quinet", "1959-04-10"),
                ("Elise", "Rigaud", "1962-05-13"),
                ("Fanny", "Sorel", "1965-06-16"),
                ("Gilda", "Tardy", "1968-07-19"),
                ("Heidi", "Urbain", "1971-08-22"),
            ]
        ],
    ],
    "override_always": [
        ("a", person("Théophane", "Guéguen", birth_date="1961-01-31", postcode="29000")),
        ("a", person("Théophane", "Guéguen", birth_date="1961-01-31", phone="+33611000012")),
        ("a", person("Theo", "Delmas", birth_date="1992-11-05", email="theo.d@mail.fr")),
        ("a", person("Theo", "Delmas", birth_date="1992-11-05", email="theo.d@mail.fr")),
    ],
    "override_always_in_a_chain": [
        ("b", person("Ombeline", "Vasnier", birth_date="1944-02-02", email="ombeline.v@mail.fr")),
        ("a", person("Ombeline", "Vasnier", email="ombeline.v@mail.fr")),
        ("a", person("Ombeline", "Vasnier", birth_date="1983-07-19", postcode="59000")),
    ],
    "override_never": [
        ("a", person("Isaure", "Trébuchet", email="isaure.t@mail.fr", phone="+33611000013")),
        ("b", person("Isaure", "Trébuchet", email="isaure.t@mail.fr", phone="+33611000013")),
    ],
    "override_never_through_a_third": [
        ("a", person("Lubin", "Carpentras", email="lubin.c@mail.fr", postcode="06000")),
        ("?", person("Lubin", "Carpentras", email="lubin.c@mail.fr", phone="+33611000014")),
        ("b", person("Lubin", "Carpentras", phone="+33611000014", loyalty_card="C0000114")),
        ("b", person("Lubin", "Carpentras", phone="+33611000014", loyalty_card="C0000114")),
    ],
    "override_expired": [
        ("a", person("Clovis", "Bardoux", email="clovis.b@mail.fr")),
        ("a", person("Clovis", "Bardoux", email="clovis.b@mail.fr")),
        ("b", person("Ursule", "Pontcarré", email="ursule.p@mail.fr")),
    ],
    "override_to_come": [
        ("a", person("Régis", "Vaucresson", email="regis.v@mail.fr")),
        ("a", person("Régis", "Vaucresson", email="regis.v@mail.fr")),
    ],
}

# What identity_exclusions has beside its own, as people write it.
EXCLUSIONS = [
    ("email", "Caisse%@Boutique.FR"),
    ("phone", "06 12 00 00 00"),
    ("card", "C-00099-0001"),
    ("card", "c000990002"),
    ("document", "T000"),
]

# What people decided, the first half of it in the seed and the rest in reviews: scenario, the
# places of two records, decision, its day and the day on which it expires.
OVERRIDES = [
    ("override_always", 0, 2, "match", "2026-10-01", None),
    ("override_never", 0, 1, "distinct", "2026-10-31", None),
    ("override_expired", 0, 1, "distinct", "2026-10-01", "2026-10-31"),
    ("override_to_come", 0, 1, "distinct", "2026-11-01", None),
    ("override_always_in_a_chain", 1, 2, "match", "2026-10-01", "2026-11-01"),
    ("override_never_through_a_third", 0, 3, "distinct", "2026-10-01", None),
    ("override_expired", 0, 2, "match", "2026-10-01", "2026-10-30"),
]

# What `python -m identity explain` says of two records: scenario, their places, and the words.
# A place may be a whole record id.
EXPLAINED = [
    ("chain", 2, 3, ["One customer", "1 link ", "found by card", "C0000101", "shared", "since 20"]),
    ("override_always", 1, 3, ["One customer", "3 links", "tests decided match on 2026-10-01"]),
    (
        "twins",
        0,
        1,
        ["Two customers", "refused: twins", "One birth date,", "Manon", "1995-03-14", "same"],
    ),
    ("mother_and_daughter", 0, 1, ["refused: birth dates conflict", "Two birth dates"]),
    (
        "family_email",
        0,
        1,
        ["refused: first names conflict", "Two first names", "famille.vasseur@mail.fr"],
    ),
    ("same_common_name", 0, 1, ["refused: names alone", "Nothing agrees but"]),
    ("office", 0, 3, ["Two customers", "refused: another last name", "Two last names"]),
    ("card_of_the_till", 0, 1, ["it proves nothing", "0000001", "excluded"]),
    (
        "same_starts_and_year",
        0,
        1,
        ["below the grey zone", "starts of names and birth year", "not enough evidence"],
    ),
    (
        "one_local_part",
        0,
        1,
        ["No rule found them", "refused: first names conflict", "Two first names"],
    ),
    (
        "store_phone",
        0,
        1,
        [
            "No rule found them",
            "+33142000006",
            "too many people",
            "refused: first names conflict",
            "Two first names",
        ],
    ),
    ("star", 7, 9, ["One customer", "ludivine.g@mail.fr"]),
    (
        "star",
        7,
        "chain:0",
        [
            "No rule found them",
            "Compared now: score -",
            "refused: first names conflict",
            "Two first names",
        ],
    ),
    (
        "nameless_between_two",
        1,
        2,
        [
            "no name, not its best link",
            "A record without",
            "stays with its best link",
            "nameless_between_two:0",
        ],
    ),
    (
        "contradiction_in_a_chain",
        0,
        2,
        [
            "A chain that joined them was cut",
            "cut: two birth dates",
            "Links joined two",
            "1948-03-03",
            "1980-12-12",
        ],
    ),
    (
        "initials_between_two",
        0,
        1,
        ["Two customers", "cut: two compound first names", "Links joined two"],
    ),
    ("chain_beside_a_cut", 0, 3, ["One customer", "3 links", "P0000161"]),
    ("chain_beside_a_cut", 0, 4, ["Two customers", "cut: two birth dates", "Links joined two"]),
    ("override_always", 0, 2, ["One customer", "tests decided match on 2026-10-01: a test"]),
    (
        "override_never",
        0,
        1,
        ["refused: decided distinct", "A person decided", "tests decided distinct", "a test"],
    ),
    (
        "override_never_through_a_third",
        0,
        3,
        [
            "A chain that joined them was cut",
            "cut: decided distinct",
            "A person decided",
            "tests decided distinct",
        ],
    ),
    ("override_expired", 0, 2, ["Two customers", "expired", "2026-10-30", "Compared now: score -"]),
]
