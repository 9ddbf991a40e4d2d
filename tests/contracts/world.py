"""A hand-made world of a few rows a table: enough for two pages and every shape."""

from __future__ import annotations

import json
from typing import Any

from sandbox.servers.store import Systems

DAY = "2026-03-0{} 10:00:00"
TIMES = {"created_at": DAY.format(1)}


def fill(systems: Systems) -> None:
    """Put seven customers, their orders and messages into the systems."""
    with systems.write():
        for number in range(1, 8):
            _magento(systems, number)
            _clientela(systems, number)
            _others(systems, number)
        for category, parent in ((2, 1), (3, 2), (4, 2)):
            path = "/".join(["1", "2", str(category)][: 2 if category == 2 else 3])
            _insert(
                systems,
                "magento_categories",
                id=category,
                parent_id=parent,
                name=f"Catégorie {category}",
                path=path,
                level=path.count("/"),
                is_active=1,
            )
        _insert(
            systems,
            "magento_stores",
            id=1,
            code="fr",
            name="France",
            website_id=1,
            store_group_id=1,
            is_active=1,
        )


def _insert(systems: Systems, table: str, **row: Any) -> None:
    systems.insert(table, row)


def _magento(systems: Systems, number: int) -> None:
    changed = {**TIMES, "updated_at": DAY.format(number)}
    _insert(
        systems,
        "magento_customers",
        id=number,
        email=f"client{number}@example.fr",
        firstname="Zoé",
        lastname="L'Hermite",
        dob="1980-02-29",
        gender=2,
        group_id=1,
        store_id=1,
        website_id=1,
        loyalty_card="2900000000001" if number % 2 else None,
        extension_attributes__is_subscribed=number % 2,
        **changed,
    )
    _insert(
        systems,
        "magento_customer_addresses",
        id=number,
        customer_id=number,
        firstname="Zoé",
        lastname="L'Hermite",
        street="3 rue de l'Œuvre\nBâtiment B",
        postcode="06000",
        city="Nice",
        country_id="FR",
        telephone="06 12 34 56 78" if number % 2 else None,
        default_billing=1,
    )
    guest = number % 3 == 0
    _insert(
        systems,
        "magento_orders",
        entity_id=number,
        increment_id=f"10000000{number}",
        state="complete",
        status="complete",
        customer_email=f"client{number}@example.fr",
        customer_firstname="Zoé",
        customer_lastname="L'Hermite",
        customer_id=None if guest else number,
        customer_is_guest=int(guest),
        order_currency_code="EUR",
        billing_address__firstname="Zoé",
        billing_address__lastname="L'Hermite",
        billing_address__street="3 rue de l'Œuvre",
        billing_address__postcode="06000" if number % 2 else None,
        billing_address__city="Nice",
        billing_address__country_id="FR",
        payment__method="checkmo",
        store_id=1,
        grand_total=59.9,
        tax_amount=9.98,
        discount_amount=-5,
        shipping_incl_tax=4.9,
        **changed,
    )
    for child in (0, 1):
        _insert(
            systems,
            "magento_order_items",
            item_id=number * 10 + child,
            order_id=number,
            parent_item_id=number * 10 if child else None,
            sku="HZ-RO-00001",
            name="Robe",
            product_type="simple" if child else "configurable",
            qty_ordered=1,
            row_total_incl_tax=None if child else 60,
            price_incl_tax=None if child else 60,
            created_at=DAY.format(1),
        )
    _insert(
        systems,
        "magento_creditmemos",
        entity_id=number,
        increment_id=f"20000000{number}",
        order_id=number,
        state=2,
        grand_total=10,
        order_currency_code="EUR",
        **changed,
    )
    _insert(
        systems,
        "magento_creditmemo_items",
        entity_id=number,
        parent_id=number,
        order_item_id=number * 10,
        sku="HZ-RO-00001",
        qty=1,
        row_total_incl_tax=10,
    )
    _insert(
        systems,
        "magento_carts",
        id=number,
        customer__email=None if guest else f"client{number}@example.fr",
        customer__id=None if guest else number,
        currency__quote_currency_code="EUR",
        store_id=1,
        items_count=1,
        items_qty=2,
        is_active=1,
        customer_is_guest=int(guest),
        **changed,
    )
    _insert(
        systems,
        "magento_cart_items",
        item_id=number,
        quote_id=number,
        sku="HZ-RO-00001",
        name="Robe",
        qty=2,
        price=30,
    )
    _insert(
        systems,
        "magento_products",
        id=number,
        sku=f"HZ-RO-0000{number}",
        name="Robe",
        type_id="simple",
        category_id=3,
        status=1,
        price=30,
        **changed,
    )


def _clientela(systems: Systems, number: int) -> None:
    changed = {"updated_at": DAY.format(number)}
    card = {"card_id": f"card-{number}", "store_code": "PAR01"}
    _insert(
        systems,
        "clientela_customers",
        card_id=f"card-{number}",
        external_id=None if number % 2 else str(number),
        first_name="Zoé",
        last_name="L'Hermite",
        version=1,
        **TIMES,
        **changed,
    )
    _insert(
        systems,
        "clientela_customer_consents",
        card_id=f"card-{number}",
        channel="email",
        source="tablet",
        is_granted=number % 2,
        collected_at=DAY.format(1),
    )
    _insert(
        systems,
        "clientela_appointments",
        appointment_id=f"a{number}",
        status="booked",
        starts_at=DAY.format(9),
        **card,
        **TIMES,
        **changed,
    )
    _insert(
        systems,
        "clientela_wish_list_items",
        wish_list_item_id=f"w{number}",
        sku="HZ-RO-00001",
        added_at=DAY.format(1),
        **card,
        **changed,
    )
    _insert(
        systems,
        "clientela_order_preparations",
        preparation_id=f"p{number}",
        sku="HZ-RO-00001",
        status="prepared",
        quantity=1,
        prepared_at=DAY.format(1),
        **card,
        **changed,
    )


def _others(systems: Systems, number: int) -> None:
    _insert(
        systems,
        "splio_contacts",
        id=str(number),
        unique_key=f"K{number}",
        email=f"client{number}@example.fr",
        cellphone=f"+3361234567{number}",
        firstname="Zoé",
        custom_fields=json.dumps([{"id": 0, "name": "customer_key", "value": f"K{number}"}]),
        lists=json.dumps([{"id": 1, "name": "Newsletter"}]),
        creation_date=DAY.format(1),
    )
    _insert(
        systems,
        "sms_messages",
        sid=f"SM{number:032x}",
        direction="inbound" if number == 7 else "outbound-api",
        from_number="+33612345677" if number == 7 else "+33700000036",
        to_number="+33700000036" if number == 7 else f"+3361234567{number}",
        body="STOP" if number == 7 else "Ventes privées",
        status="received" if number == 7 else "delivered",
        num_segments=1,
        price=-0.0798,
        price_unit="USD",
        date_created=DAY.format(number),
        date_sent=DAY.format(number),
        date_updated=DAY.format(number),
    )
    _insert(
        systems,
        "zendesk_users",
        id=number,
        name="Zoé L'Hermite",
        email=f"client{number}@example.fr",
        role="end-user",
        locale="fr",
        active=1,
        suspended=0,
        **TIMES,
        updated_at=DAY.format(number),
    )
    _insert(
        systems,
        "zendesk_tickets",
        id=number,
        subject="Colis perdu",
        status="deleted" if number == 7 else "open",
        priority="normal" if number % 2 else None,
        via__channel="email",
        requester_id=number,
        generated_timestamp=1_772_000_000 + number // 2,
        **TIMES,
        updated_at=DAY.format(number),
    )
    _insert(
        systems,
        "web_events",
        event_id=f"e{number}",
        visitor_id="v1",
        event_type="login",
        customer_id=number if number % 2 else None,
        occurred_at=DAY.format(1 + number // 2),
    )
    _insert(
        systems,
        "web_reviews",
        review_id=f"r{number}",
        sku="HZ-RO-00001",
        author_name="Zoé L.",
        rating=5,
        is_published=1,
        published_at=DAY.format(1),
        updated_at=DAY.format(number),
    )
