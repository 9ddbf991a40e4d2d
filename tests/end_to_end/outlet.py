"""A company's own file that the generated world is given: orders of a till, without lines, one of
a customer that no file has.

Its feed is the example of CONTRIBUTING.md word for word: what we tell people to write builds.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from warehouse import ROOT

FEEDS = "feeds"  # folder of the world with every feed
ORDERS = """Ticket;N° client;Boutique;Etat;Total TTC;Date
T1;C404;OUTLET;Soldé;"1 249,90";03/02/2026 10:15
T2;;OUTLET;soldé;-89,90;04/02/2026 18:40
T3;;OUTLET;annulé;15,00;05/02/2026 09:05
"""
# (source, channel, type, status): orders, cents, lines
TOTALS = {
    ("outlet", "store", "sale", "completed"): (1, 124990, None),
    ("outlet", "store", "return", "completed"): (1, -8990, None),
    ("outlet", "store", "sale", "cancelled"): (1, 1500, None),
}


def arrive(world: Path) -> None:
    """The feed and its file in a world."""
    shutil.copytree(ROOT / "ingestion" / "feeds", world / FEEDS)
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    found = re.search(
        r"`ingestion/feeds/(orders_of_the_outlet\.yml)`:\n\n```yaml\n(.*?)```", guide, re.S
    )
    assert found, "CONTRIBUTING.md has no example of a feed"
    (world / FEEDS / found[1]).write_text(found[2], encoding="utf-8")
    folder = world / "files" / "outlet"
    folder.mkdir()
    (folder / "orders_1.csv").write_bytes(ORDERS.encode("cp1252"))
