"""What we publish, read back by the vendor's own client rather than by ours."""

from __future__ import annotations

import brevo

from tests.activation.world import World, desire

NAMES = ["O'Brien", "L'Hermite", "Zoë 🐘", "Ünal-Gœtz", 'Say "oui"; \\ n\'est-ce pas', "D’Août"]


def test_brevos_own_client_reads_back_what_we_published(duckdb_world: World) -> None:
    rows = [
        {"destination_key": f"k{i}", "email": f"k{i}@example.com", "last_name": name}
        for i, name in enumerate(NAMES)
    ]
    desire("brevo__contacts", rows, {"email": "text", "last_name": "text"})
    assert duckdb_world.run("brevo") == 0
    tools = duckdb_world.tools
    client = brevo.Brevo(api_key=tools["BREVO_API_KEY"], base_url=tools["BREVO_URL"])
    for row in rows:
        found = client.contacts.get_contact_info(
            identifier=row["destination_key"], identifier_type="ext_id"
        )
        said = found.attributes if isinstance(found.attributes, dict) else dict(found.attributes)
        assert found.email == row["email"]
        assert said["LAST_NAME"].encode() == row["last_name"].encode()
