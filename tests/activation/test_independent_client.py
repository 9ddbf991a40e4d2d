"""What we publish, read back by the vendor's own client rather than by ours."""

from __future__ import annotations

import brevo
import pytest

from tests.activation.test_full_load import soon
from tests.activation.world import World, desire

NAMES = ["O'Brien", "L'Hermite", "Zoë 🐘", "Ünal-Gœtz", 'Say "oui"; \\ n\'est-ce pas', "D’Août"]


@pytest.mark.parametrize("is_imported", [False, True])
def test_brevos_own_client_reads_back_what_we_published(
    duckdb_world: World, monkeypatch: pytest.MonkeyPatch, is_imported: bool
) -> None:
    rows = [
        {"destination_key": f"k{i}", "email": f"k{i}@example.com", "last_name": name}
        for i, name in enumerate(NAMES * 2)
    ]
    desire("brevo__contacts", rows, {"email": "text", "last_name": "text"})
    if is_imported:
        soon(monkeypatch, "brevo", "import_from")
    assert duckdb_world.run("brevo") == 0
    imports = [path for path in duckdb_world.requests() if path.endswith("/contacts/import")]
    assert bool(imports) == is_imported
    tools = duckdb_world.tools
    client = brevo.Brevo(api_key=tools["BREVO_API_KEY"], base_url=tools["BREVO_URL"])
    for row in rows:
        found = client.contacts.get_contact_info(
            identifier=row["destination_key"], identifier_type="ext_id"
        )
        said = found.attributes if isinstance(found.attributes, dict) else dict(found.attributes)
        assert found.email == row["email"]
        assert said["LAST_NAME"].encode() == row["last_name"].encode()
