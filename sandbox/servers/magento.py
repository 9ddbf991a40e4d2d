"""Stand-in of the web shop: Magento 2.4 REST V1 (prefix /magento/rest/<store code>).

With the traps that bite connectors, as documented or as reported by the vendor's users:
a page after the last one is the last page again; rows come in no stable order unless the
caller sorts; no `pageSize` means every row; nulls are left out, except where the vendor's
getter is declared non-null; `custom_attributes[].value` may be a list; times are UTC without a
zone; a configurable product sold is a parent line with the amounts and a child without.
There is no rate limit in Magento itself.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from sandbox.servers.exchange import Call, Handler, MalformedBody, answer, router, without_nulls
from sandbox.servers.store import Row, Systems

PREFIX = "magento"
TOKEN = "sandbox-magento-token"
USERNAME, PASSWORD = "sandbox", "sandbox-magento-password"

_FILTER = re.compile(
    r"searchCriteria\[filter_?[gG]roups\]\[(\d+)\]\[filters\]\[(\d+)\]"
    r"\[(field|value|condition_?[tT]ype)\]"
)
_SORT = re.compile(r"searchCriteria\[sort_?[oO]rders\]\[(\d+)\]\[(field|direction)\]")
_OPERATORS = {
    "eq": "=",
    "neq": "<>",
    "gt": ">",
    "gteq": ">=",
    "moreq": ">=",
    "from": ">=",
    "lt": "<",
    "lteq": "<=",
    "to": "<=",
    "like": "like",
    "nlike": "not like",
}


class Refused(Exception):
    """An error in Magento's shape: a message with named placeholders."""

    def __init__(self, status: int, message: str, **parameters: Any) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"message": message} | ({"parameters": parameters} if parameters else {})


def throttled(retry_after: float | None = None) -> Response:
    """429 of a server in front of Magento."""
    return answer({"message": "Too Many Requests"}, 429)


class Criteria:
    """The searchCriteria of a query string. Raises Refused for what Magento would refuse."""

    def __init__(self, call: Call, columns: Mapping[str, str]) -> None:
        self.columns = columns
        filters: dict[tuple[int, int], Row] = defaultdict(dict)
        sorts: dict[int, Row] = defaultdict(dict)
        given = False
        for name, value in call.query.multi_items():
            given |= name.startswith("searchCriteria")
            if match := _FILTER.fullmatch(name):
                key = "condition" if match[3].startswith("condition") else match[3]
                filters[int(match[1]), int(match[2])][key] = value
            elif match := _SORT.fullmatch(name):
                sorts[int(match[1])][match[2]] = value
        if not given:
            message = '"%fieldName" is required. Enter and try again.'
            raise Refused(400, message, fieldName="searchCriteria")
        self.groups: dict[int, list[Row]] = defaultdict(list)
        for (group, _), one in sorted(filters.items()):
            self.groups[group].append({"condition": "eq", "value": "", **one})
        self.sorts = [sorts[position] for position in sorted(sorts)]
        self.page_size = self._integer(call, "pageSize", "page_size")
        self.current_page = max(1, self._integer(call, "currentPage", "current_page") or 1)

    @staticmethod
    def _integer(call: Call, *names: str) -> int | None:
        for name in names:
            text = call.query.get(f"searchCriteria[{name}]")
            if text is not None and not re.fullmatch(r"-?\d+", text):
                message = (
                    'The "%value" value\'s type is invalid. The "%type" type was expected. '
                    "Verify and try again."
                )
                raise Refused(400, message, value=text, type="int")
            if text is not None:
                return int(text)
        return None

    def _column(self, field: str | None) -> str:
        if field == "entity_id" and field not in self.columns:
            return "id"  # the collections' own name of the key that answers call id
        if field not in self.columns:
            raise Refused(400, 'Invalid attribute name: "%1"', **{"1": field})
        return field

    def where(self) -> tuple[str, list[Any]]:
        """The condition in SQL: filters of a group are alternatives, groups add up."""
        arguments: list[Any] = []
        groups = []
        for filters in self.groups.values():
            tests = []
            for one in filters:
                column, condition = self._column(one.get("field")), one["condition"]
                if condition in ("null", "notnull"):
                    tests.append(f"{column} is {'not ' * (condition == 'notnull')}null")
                elif condition in ("in", "nin"):
                    values = one["value"].split(",")
                    arguments += [self._value(column, value) for value in values]
                    marks = ", ".join("?" * len(values))
                    tests.append(f"{column} {'not ' * (condition == 'nin')}in ({marks})")
                elif condition in _OPERATORS:
                    arguments.append(self._value(column, one["value"]))
                    tests.append(f"{column} {_OPERATORS[condition]} ?")
                else:
                    raise Refused(400, 'Condition "%1" is not known.', **{"1": condition})
            groups.append(f"({' or '.join(tests)})")
        return " and ".join(groups) or "1 = 1", arguments

    def _value(self, column: str, text: str) -> Any:
        try:
            if self.columns[column] == "text" or self.columns[column] == "timestamp":
                return text
            return float(text) if "decimal" in self.columns[column] else int(text)
        except ValueError:
            return text

    def order(self, otherwise: str) -> str:
        """The order in SQL; `otherwise` when the caller gives none."""
        parts = []
        for one in self.sorts:
            direction = "asc" if one.get("direction", "DESC").upper() == "ASC" else "desc"
            parts.append(f"{self._column(one.get('field'))} {direction}")
        return ", ".join(parts) or otherwise

    def shown(self) -> Row:
        """The criteria as Magento repeats them."""
        groups = [
            {
                "filters": [
                    {
                        "field": one["field"],
                        "value": one["value"],
                        "condition_type": one["condition"],
                    }
                    for one in filters
                ]
            }
            for filters in self.groups.values()
        ]
        body: Row = {"filter_groups": groups, "current_page": self.current_page}
        if self.sorts:
            body["sort_orders"] = [
                {"field": one["field"], "direction": one.get("direction", "DESC").upper()}
                for one in self.sorts
            ]
        return body | ({"page_size": self.page_size} if self.page_size else {})


def trim(value: Any, fields: str) -> Any:
    """`fields=items[id,addresses[city]],total_count`: keep only these parts of an answer."""
    wanted: dict[str, str] = {}
    depth, name, inner = 0, "", ""
    for character in f"{fields},":
        if character == "]":
            depth -= 1
        if depth:
            inner += character
        elif character == ",":
            wanted[name.strip()] = inner
            name, inner = "", ""
        elif character not in "[]":
            name += character
        if character == "[":
            depth += 1
    if isinstance(value, list):
        return [trim(item, fields) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: trim(part, wanted[key]) if wanted[key] else part
        for key, part in value.items()
        if key in wanted
    }


def _nested(row: Row, prefix: str) -> Row:
    """The columns `<prefix>__<name>` of a row, less the prefix."""
    start = f"{prefix}__"
    return {name.removeprefix(start): row[name] for name in row if name.startswith(start)}


def _flat(row: Row) -> Row:
    """The columns of a row that belong to no nested object."""
    return {name: value for name, value in row.items() if "__" not in name}


def _street(row: Row) -> Row:
    return row | {"street": (row["street"] or "").split("\n")}


class Shop:
    """Rows of the shop, assembled into Magento's nested shapes."""

    def __init__(self, systems: Systems) -> None:
        self.systems = systems
        children = {
            "customer_addresses": "customer_id",
            "order_items": "order_id",
            "creditmemo_items": "parent_id",
            "cart_items": "quote_id",
        }
        with systems.write() as connection:
            for child, parent in children.items():
                connection.execute(
                    f"create index if not exists magento_{child}__parent "
                    f"on magento_{child} ({parent})"
                )

    def _children(self, table: str, parent: str, key: str, ids: list[Any]) -> dict[Any, list[Row]]:
        found: dict[Any, list[Row]] = defaultdict(list)
        for row in self.systems.rows(
            f"select * from {table} where {parent} in ({', '.join('?' * len(ids))}) order by {key}",
            *ids,
        ):
            found[row[parent]].append(self.systems.typed(table, row))
        return found

    def customers(self, rows: list[Row]) -> list[Row]:
        ids = [row["id"] for row in rows]
        addresses = self._children("magento_customer_addresses", "customer_id", "id", ids)
        shown = []
        for row in rows:
            card = row.pop("loyalty_card")
            customer = without_nulls(_flat(row)) | {
                # Getters that Magento declares non-null: shown even when null.
                "email": row["email"],
                "firstname": row["firstname"],
                "lastname": row["lastname"],
                "addresses": [
                    without_nulls(_street(address))
                    | {"default_billing": bool(address["default_billing"])}
                    | {"default_shipping": bool(address["default_shipping"])}
                    for address in addresses[row["id"]]
                ],
                "disable_auto_group_change": 0,
                "extension_attributes": {
                    "is_subscribed": bool(row["extension_attributes__is_subscribed"])
                },
            }
            if card:
                attribute = {"attribute_code": "loyalty_card", "value": card}
                customer["custom_attributes"] = [attribute]
            shown.append(customer)
        return shown

    def orders(self, rows: list[Row]) -> list[Row]:
        ids = [row["entity_id"] for row in rows]
        items = self._children("magento_order_items", "order_id", "item_id", ids)
        return [
            without_nulls(_flat(row))
            | {
                "customer_email": row["customer_email"],
                "base_grand_total": row["grand_total"],
                "base_currency_code": row["order_currency_code"],
                "total_item_count": len(items[row["entity_id"]]),
                "items": [without_nulls(item) for item in items[row["entity_id"]]],
                "billing_address": _order_address(_nested(row, "billing_address"), row),
                "payment": {
                    **_nested(row, "payment"),
                    "account_status": None,
                    "additional_information": [],
                    "amount_ordered": row["grand_total"],
                    "cc_last4": None,
                },
                "status_histories": [],
            }
            for row in rows
        ]

    def creditmemos(self, rows: list[Row]) -> list[Row]:
        ids = [row["entity_id"] for row in rows]
        items = self._children("magento_creditmemo_items", "parent_id", "entity_id", ids)
        return [
            without_nulls(row)
            | {
                "items": [
                    without_nulls(item) | {"base_cost": None, "base_price": None}
                    for item in items[row["entity_id"]]
                ],
                "comments": [],
            }
            for row in rows
        ]

    def carts(self, rows: list[Row]) -> list[Row]:
        items = self._children("magento_cart_items", "quote_id", "item_id", [r["id"] for r in rows])
        accounts = {
            row["id"]: row
            for row in self.systems.rows(
                "select id, firstname, lastname from magento_customers "
                f"where id in ({', '.join('?' * len(rows))})",
                *(row["customer__id"] for row in rows),
            )
        }
        shown = []
        for row in rows:
            nobody = {"id": None, "firstname": None, "lastname": None}
            account = accounts.get(row["customer__id"], nobody)
            customer = {"email": row["customer__email"], **account}
            if customer["id"] is None:
                del customer["id"]
            shown.append(
                without_nulls(_flat(row))
                | {
                    "is_virtual": False,
                    "customer": customer,
                    "currency": without_nulls(_nested(row, "currency")),
                    "items": [
                        without_nulls(item) | {"quote_id": str(item["quote_id"])}
                        for item in items[row["id"]]
                    ],
                }
            )
        return shown

    def products(self, rows: list[Row]) -> list[Row]:
        shown = []
        for row in rows:
            category = row.pop("category_id")
            product = without_nulls(row) | {"attribute_set_id": 4, "visibility": 4}
            if category is not None:
                link = {"position": 0, "category_id": str(category)}
                product["extension_attributes"] = {"category_links": [link]}
                attribute = {"attribute_code": "category_ids", "value": [str(category)]}
                product["custom_attributes"] = [attribute]
            shown.append(product)
        return shown

    def categories(self, rows: list[Row]) -> list[Row]:
        children = self._children(
            "magento_categories", "parent_id", "id", [row["id"] for row in rows]
        )
        return [
            without_nulls(row)
            | {
                "position": 1,
                "children": ",".join(str(child["id"]) for child in children[row["id"]]),
                "include_in_menu": True,
            }
            for row in rows
        ]

    def category_tree(self, root: int | None, depth: int | None) -> Row:
        """One category with its descendants, `depth` levels down."""
        rows = self.systems.rows("select * from magento_categories order by id")
        by_parent: dict[Any, list[Row]] = defaultdict(list)
        for row in rows:
            by_parent[row["parent_id"]].append(row)
        ids = {row["id"] for row in rows}
        tops = [row for row in rows if row["id"] == root] or [
            row for row in rows if root is None and row["parent_id"] not in ids
        ]
        if not tops:
            message = "No such entity with %fieldName = %fieldValue"
            raise Refused(404, message, fieldName="id", fieldValue=root)

        def node(row: Row, below: int | None) -> Row:
            deeper = [] if below == 0 else by_parent[row["id"]]
            return {
                "id": row["id"],
                "parent_id": row["parent_id"] or 0,
                "name": row["name"],
                "is_active": bool(row["is_active"]),
                "position": 1,
                "level": row["level"] or 0,
                "product_count": self.systems.value(
                    "select count(*) from magento_products where category_id = ?", row["id"]
                ),
                "children_data": [
                    node(child, None if below is None else below - 1) for child in deeper
                ],
            }

        return node(tops[0], depth)

    def stores(self) -> list[Row]:
        rows = self.systems.rows("select * from magento_stores order by id")
        numbers = ("website_id", "store_group_id", "is_active")
        return [row | {name: row[name] or 0 for name in numbers} for row in rows]


def _order_address(address: Row, order: Row) -> Row:
    """A billing address; what Magento declares non-null is there even when null."""
    declared = ("city", "country_id", "firstname", "lastname", "postcode", "telephone")
    return without_nulls(_street(address)) | {
        "address_type": "billing",
        "email": order["customer_email"],
        "parent_id": order["entity_id"],
        **{name: address[name] for name in declared},
    }


def routes(systems: Systems, settings: Mapping[str, str]) -> list[Route]:
    """The vendor's endpoints, without the prefix."""
    shop = Shop(systems)
    turns = itertools.count()

    def said(resource: str, handler: Handler) -> Handler:
        def handled(call: Call) -> Response:
            if call.headers.get("authorization") != f"Bearer {TOKEN}":
                message = "The consumer isn't authorized to access %resources."
                return answer({"message": message, "parameters": {"resources": resource}}, 401)
            try:
                return handler(call)
            except Refused as refused:
                return answer(refused.body, refused.status)

        return handled

    def trimmed(call: Call, body: Any) -> Response:
        fields = call.query.get("fields")
        return answer(trim(body, fields) if fields else body)

    def search(table: str, key: str, assemble: Callable[[list[Row]], list[Row]]) -> Handler:
        columns = {
            name: kind
            for name, kind in systems.contracts["magento"][table]["columns"].items()
            if "__" not in name
        }
        name = f"magento_{table}"

        def handler(call: Call) -> Response:
            criteria = Criteria(call, columns)
            where, arguments = criteria.where()
            # No order promised: one request forwards, the next backwards.
            order = criteria.order(f"{key} {'desc' if next(turns) % 2 else 'asc'}")
            total = systems.value(f"select count(*) from {name} where {where}", *arguments)
            size = criteria.page_size or max(total, 1)
            last_page = max(1, -(-total // size))
            offset = (min(criteria.current_page, last_page) - 1) * size
            rows = systems.rows(
                f"select * from {name} where {where} order by {order} limit ? offset ?",
                *arguments,
                size,
                offset,
            )
            items = assemble([systems.typed(name, row) for row in rows])
            body = {"items": items, "search_criteria": criteria.shown(), "total_count": total}
            return trimmed(call, body)

        return handler

    def one(table: str, key: str, assemble: Callable[[list[Row]], list[Row]]) -> Handler:
        def handler(call: Call) -> Response:
            name, wanted = f"magento_{table}", call.path_params["id"]
            row = systems.row(f"select * from {name} where {key} = ?", wanted)
            if row is None:
                message = "No such entity with %fieldName = %fieldValue"
                raise Refused(404, message, fieldName=key, fieldValue=wanted)
            return trimmed(call, assemble([systems.typed(name, row)])[0])

        return handler

    def tree(call: Call) -> Response:
        root, depth = call.query.get("rootCategoryId"), call.query.get("depth")
        body = shop.category_tree(int(root) if root else None, int(depth) if depth else None)
        return trimmed(call, body)

    def configurations(call: Call) -> Response:
        base = f"{call.base_url}/"
        urls = ("base_url", "base_link_url", "base_static_url", "base_media_url")
        return answer(
            [
                {
                    **{name: store[name] for name in ("id", "code", "website_id")},
                    "locale": "fr_FR",
                    "base_currency_code": "EUR",
                    "default_display_currency_code": "EUR",
                    "timezone": "Europe/Paris",
                    "weight_unit": "kgs",
                    **{f"{scheme}{name}": base for scheme in ("", "secure_") for name in urls},
                }
                for store in shop.stores()
            ]
        )

    def token(call: Call) -> Response:
        try:
            known = call.json() == {"username": USERNAME, "password": PASSWORD}
        except MalformedBody:
            known = False
        if known:
            return answer(TOKEN)
        message = (
            "The account sign-in was incorrect or your account is disabled temporarily. "
            "Please wait and try again later."
        )
        return answer({"message": message}, 401)

    route = router(lambda call: None)
    root = "/{scope}/V1"
    collections = [
        ("customers", "/customers/search", "id", shop.customers, "Magento_Customer::customer"),
        ("orders", "/orders", "entity_id", shop.orders, "Magento_Sales::actions_view"),
        ("creditmemos", "/creditmemos", "entity_id", shop.creditmemos, "Magento_Sales::sales"),
        ("carts", "/carts/search", "id", shop.carts, "Magento_Cart::manage"),
        ("products", "/products", "id", shop.products, "Magento_Catalog::products"),
        ("categories", "/categories/list", "id", shop.categories, "Magento_Catalog::categories"),
    ]
    singles = [
        ("customers", "/customers/{id:int}", "id", shop.customers, "Magento_Customer::customer"),
        ("orders", "/orders/{id:int}", "entity_id", shop.orders, "Magento_Sales::actions_view"),
    ]
    stores = "Magento_Backend::store"
    return [
        route("POST", f"{root}/integration/admin/token", token),
        *(
            route("GET", f"{root}{path}", said(resource, search(table, key, assemble)))
            for table, path, key, assemble, resource in collections
        ),
        *(
            route("GET", f"{root}{path}", said(resource, one(table, key, assemble)))
            for table, path, key, assemble, resource in singles
        ),
        route("GET", f"{root}/categories", said("Magento_Catalog::categories", tree)),
        route("GET", f"{root}/store/storeViews", said(stores, lambda call: answer(shop.stores()))),
        route("GET", f"{root}/store/storeConfigs", said(stores, configurations)),
    ]
