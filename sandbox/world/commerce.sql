-- Stores, products and three years of purchases, as they truly happened. Money is in whole cents.

create table stores as
with towns as (
    select
        postcode, insee_code, regexp_replace(city, ' \d+er? Arrondissement| \d+e Arrondissement', '') as city,
        weight * case when postcode[:2] = '75' then 2 else 1 end as weight,
    from places
    where weight > 30000
    qualify row_number() over (partition by insee_code order by postcode) = 1
),

ranked as (
    select *, row_number() over (order by weight desc, insee_code) as rank from towns
),

kept as (
    select *, row_number() over (partition by city order by rank) as town_rank
    from ranked
    where rank <= 60
)

select
    row_number() over (order by rank) as store_number,
    upper(left(regexp_replace(strip_accents(city), '[^A-Za-z]', '', 'g'), 3))
    || lpad((row_number() over (partition by upper(left(regexp_replace(strip_accents(city), '[^A-Za-z]', '', 'g'), 3)) order by rank))::text, 2, '0') as store_code,
    'Horizon ' || city || case when town_rank > 1 then ' ' || town_rank else '' end as name,
    case when rank % 17 = 0 then 'outlet' when rank % 5 = 0 then 'corner' else 'boutique' end as store_type,
    (1 + rank * 7 % 90) || ' ' || pick(['rue de la République', 'place du Marché', 'rue Royale', 'avenue Victor Hugo', 'cours Gambetta', 'rue Saint-Honoré'], rank, 'store_street') as address_1,
    postcode, city,
    '0' || case when postcode[:2] in ('75', '92', '93', '94', '95', '78', '77', '91') then '1' when postcode[:1] in ('2', '5', '6', '8') then '3' when postcode[:2] in ('13', '06', '69', '34', '38', '30', '83', '84', '42', '63') then '4' else '2' end
    || ' 42 ' || lpad((10 + rank)::text, 2, '0') || ' 0' || rank % 10 || ' 00' as phone,
    'boutique.' || lower(regexp_replace(strip_accents(city), '[^A-Za-z]', '', 'g')) || town_rank || '@horizon-paris.example' as email,
    rank % 29 != 0 as is_active,
    weight,
from kept;

create table store_deck as
select store_number, unnest(range((weight // 2000)::bigint)) as copy from stores where is_active;

create table store_slots as
select store_number, row_number() over (order by store_number, copy) - 1 as slot from store_deck;
set variable store_cards = (select count(*) from store_slots);

create table categories as
select * from (values
    (3, 'BA', 'Sacs', 129000, 0.7, 'Sac'), (4, 'WA', 'Petite maroquinerie', 39000, 0.5, 'Portefeuille'),
    (5, 'SH', 'Chaussures', 62000, 0.4, 'Escarpin'), (6, 'RT', 'Prêt-à-porter', 74000, 0.6, 'Robe'),
    (7, 'CO', 'Manteaux', 168000, 0.5, 'Manteau'), (8, 'SC', 'Carrés et écharpes', 34000, 0.3, 'Carré'),
    (9, 'BE', 'Ceintures', 36000, 0.3, 'Ceinture'), (10, 'JE', 'Bijoux', 52000, 0.9, 'Bracelet'),
    (11, 'WT', 'Montres', 290000, 0.6, 'Montre'), (12, 'PE', 'Parfums', 12500, 0.4, 'Eau de parfum'),
    (13, 'EY', 'Lunettes', 31000, 0.3, 'Lunettes'), (14, 'HO', 'Maison', 18000, 0.7, 'Bougie')
) as category (category_id, code, name, median_cents, spread, noun);

create table products as
with numbered as (
    select range + 1 as product_number, 3 + (hash(range) % 12)::bigint as category_id from range(3000)
)

select
    product_number as product_id,
    'HZ-' || categories.code || '-' || lpad(product_number::text, 5, '0') as sku,
    categories.category_id,
    categories.name as category,
    categories.noun || ' ' || pick(['Azur', 'Brume', 'Céleste', 'Dune', 'Éclipse', 'Flore', 'Garance', 'Hélios', 'Iris', 'Jade', 'Kyoto', 'Lumière', 'Mistral', 'Nacre', 'Opale', 'Plume', 'Riviera', 'Solstice', 'Topaze', 'Vendôme'], product_number, 'model')
    || ' ' || pick(['noir', 'ivoire', 'cognac', 'rouge', 'bleu nuit', 'or', 'argent', 'vert sapin', 'rose poudré', 'gris'], product_number, 'colour') as name,
    -- Prices end in 0 or 5 euros.
    greatest(2500, round(categories.median_cents * exp(categories.spread * z(product_number, 'price')) / 500) * 500)::bigint as price_cents,
    u(product_number, 'configurable') < 0.5 as is_configurable,
    u(product_number, 'enabled') < 0.93 as is_enabled,
    '376' || lpad((product_number * 97 % 1000000000)::text, 9, '0') || product_number % 10 as upc,
    getvariable('as_of') - to_days((1100 + floor(u(product_number, 'age') * 900))::integer) as created_at,
    getvariable('as_of') - to_days((5 + floor(u(product_number, 'touched') * 700))::integer) + to_seconds(floor(u(product_number, 'touched_at') * 80000)) as updated_at,
from numbered
inner join categories using (category_id);

-- A few products make most of the sales: 5,000 cards a category.
create table product_deck as
with ranked as (
    select
        category_id, product_id, price_cents,
        (600 / (4 + row_number() over (partition by category_id order by u(product_id, 'rank'), product_id)))::bigint as weight,
    from products
),

cumulated as (
    select
        *,
        sum(weight) over part - weight as low,
        sum(weight) over part as high,
        sum(weight) over (partition by category_id) as total,
    from ranked
    window part as (partition by category_id order by product_id rows unbounded preceding)
)

select category_id, product_id, price_cents, unnest(range((low * 5000 // total)::bigint, (high * 5000 // total)::bigint)) as slot
from cumulated;

-- Days of the three years, as many cards as they sell: December, the sales of January and July, Saturdays; few Sundays in stores.
create table day_deck as
with calendar as (
    select
        channel_list.channel,
        (getvariable('as_of') - to_days((1095 - age)::integer))::date as day,
    from (select unnest(range(1095)) as age)
    cross join (select unnest(['store', 'web']) as channel) as channel_list
),

weighted as (
    select
        channel, day,
        [120, 85, 85, 90, 110, 105, 115, 65, 95, 100, 130, 200][month(day)]
        * case when channel = 'store' then [35, 85, 90, 95, 100, 120, 170][dayofweek(day) + 1] else [125, 100, 95, 95, 95, 90, 100][dayofweek(day) + 1] end
        * (10000 + 2 * datediff('day', getvariable('as_of')::date, day)) as weight,
    from calendar
),

cumulated as (
    select
        channel, day,
        sum(weight) over part - weight as low,
        sum(weight) over part as high,
        sum(weight) over (partition by channel) as total,
    from weighted
    window part as (partition by channel order by day rows unbounded preceding)
)

select channel, day, unnest(range((low * 50000 // total)::bigint, (high * 50000 // total)::bigint)) as slot
from cumulated;

-- How much each person buys in three years: 3.2 receipts and 1.24 web orders on average, a heavy tail, and the stretch of the three years in which.
create table buyers as
select
    person_id,
    wealth,
    case when store_taste < 0.72 and kind != 'company' then least(300, floor(2.5 / 0.72 / 2.18 * wealth + u(person_id, 'store_orders')))::bigint else 0 end as store_count,
    case when has_email and web_taste < 0.46 then least(150, floor(1.243 / 0.46 / 0.84 / 2.18 * wealth + u(person_id, 'web_orders')))::bigint else 0 end as web_count,
    case when u(person_id, 'since') < 0.45 then 0 else u(person_id, 'since_when') * 0.9 end as window_start,
    case when u(person_id, 'until') < 0.55 then 1 else 0.15 + 0.85 * u(person_id, 'until_when') end as window_end,
    3 + (hash(person_id) % 12)::bigint as favourite_category_id,
    floor(u(hash(address_id), 'home_store') * getvariable('store_cards'))::bigint as home_store_slot,
from people;

create macro moment(k, draw, day, first_hour, hours) as
    day::timestamp + to_seconds((first_hour * 3600 + floor(u(k, draw) * hours * 3600))::bigint);

-- Receipts of the stores: people first, then those who gave no name.
create table receipts as
with wanted as (
    select person_id, unnest(range(store_count)) as visit from buyers where store_count > 0
    union all
    select null as person_id, range as visit from range((getvariable('profiles') * 0.71)::bigint)
),

numbered as (
    select person_id, row_number() over (order by person_id nulls last, visit) as receipt_id from wanted
),

timed as (
    select
        numbered.*,
        buyers.home_store_slot, buyers.favourite_category_id,
        floor(50000 * case
            when numbered.person_id is null then u(receipt_id, 'receipt_day')
            else least(window_start, window_end) + abs(window_end - window_start) * u(receipt_id, 'receipt_day')
        end)::bigint as day_slot,
        case
            when numbered.person_id is not null and u(receipt_id, 'at_home') < 0.75 then home_store_slot
            else floor(u(receipt_id, 'store') * getvariable('store_cards'))::bigint
        end as store_slot,
        u(receipt_id, 'receipt_state') as state_draw,
    from numbered
    left join buyers using (person_id)
)

select
    receipt_id, person_id, favourite_category_id, store_slots.store_number,
    moment(receipt_id, 'receipt_time', day_deck.day, 8, 10) as created_at,
    case when state_draw < 0.008 then [1, 2, 3, 5][1 + receipt_id % 4] else 4 end as status,
    case when state_draw between 0.008 and 0.013 then 2 else 0 end as receipt_type,
    null::bigint as original_receipt_id,
    least(25, 1 + floor(-ln(1 - u(receipt_id, 'lines')) * 3.48))::bigint as line_count,
    u(receipt_id, 'receipt_discount') < 0.06 as is_discounted,
from timed
inner join day_deck on day_deck.channel = 'store' and timed.day_slot = day_deck.slot
inner join store_slots on timed.store_slot = store_slots.slot;

create table receipt_lines as
with unnested as (
    select receipt_id, receipt_type, created_at, favourite_category_id, line_count, is_discounted, unnest(range(line_count)) as line from receipts
),

drawn as (
    select
        *,
        receipt_id * 64 + line as line_id,
        case when favourite_category_id is not null and u(receipt_id * 64 + line, 'favourite') < 0.45 then favourite_category_id else 3 + floor(u(receipt_id * 64 + line, 'category') * 12)::bigint end as category_id,
    from unnested
),

picked as (
    select drawn.*, product_deck.product_id, product_deck.price_cents, u(line_id, 'line_kind') as kind_draw, u(line_id, 'line_discount') as discount_draw,
    from drawn
    inner join product_deck
        on drawn.category_id = product_deck.category_id and floor(u(line_id, 'product') * 5000)::bigint = product_deck.slot
),

priced as (
    select
        *,
        case
            when is_discounted then 10
            when month(created_at) in (1, 7) and discount_draw < 0.45 then [20, 30, 40, 50][1 + line_id % 4]
            when discount_draw < 0.05 then 15
            else 0
        end as percent,
    from picked
)

select
    line_id, receipt_id, product_id,
    case
        when receipt_type = 2 then 3
        when line > 0 and kind_draw < 0.003 then 5
        when line > 0 and kind_draw < 0.008 then 2
        else 1
    end as item_type,
    case when u(line_id, 'quantity') < 0.94 then 1 when u(line_id, 'quantity') < 0.985 then 2 else 3 end as quantity,
    price_cents as original_cents,
    price_cents * (100 - percent) // 100 as price_cents,
    case when is_discounted then 0 else percent end as percent,
    is_discounted,
    null::bigint as original_receipt_id,
from priced;

-- Returns, whole or in part, up to 40 days later, by the person who bought, in the same store or another.
create table store_returns as
with chosen as (
    select *, created_at + to_days((1 + floor(u(receipt_id, 'return_after') * 40))::integer) as returned_at
    from receipts
    where status = 4 and receipt_type = 0 and u(receipt_id, 'returned') < 0.055
)

select
    (select max(receipt_id) from receipts) + row_number() over (order by receipt_id) as receipt_id,
    receipt_id as original_receipt_id,
    person_id, store_number, returned_at as created_at,
    u(receipt_id, 'return_all') < 0.5 as is_whole,
from chosen
where returned_at < getvariable('as_of');

insert into receipt_lines
select
    store_returns.receipt_id * 64 + receipt_lines.line_id % 64 as line_id,
    store_returns.receipt_id, product_id, 2 as item_type, quantity, original_cents, price_cents, percent, is_discounted,
    store_returns.original_receipt_id,
from store_returns
inner join receipt_lines on store_returns.original_receipt_id = receipt_lines.receipt_id
where receipt_lines.item_type = 1 and (is_whole or receipt_lines.line_id % 64 = 0 or u(receipt_lines.line_id, 'return_line') < 0.4);

insert into receipts
select receipt_id, person_id, null, store_number, created_at, 4, 1, original_receipt_id, 0, false from store_returns;

create table receipt_totals as
select
    receipt_id,
    sum(case item_type when 5 then 0 when 2 then -1 else 1 end * quantity * price_cents)::bigint as total_cents,
    count(*) filter (where item_type != 5) as line_count,
from receipt_lines
group by receipt_id;

-- Web orders.
create table web_orders as
with wanted as (
    select person_id, unnest(range(web_count)) as visit, favourite_category_id, window_start, window_end from buyers where web_count > 0
),

timed as (
    select
        *,
        person_id * 256 + visit as order_key,
        floor(50000 * (least(window_start, window_end) + abs(window_end - window_start) * u(person_id * 256 + visit, 'web_day')))::bigint as day_slot,
    from wanted
),

dated as (
    select timed.*, moment(order_key, 'web_time', day_deck.day, 0, 24) as created_at
    from timed
    inner join day_deck on day_deck.channel = 'web' and timed.day_slot = day_deck.slot
),

numbered as (
    select *, row_number() over (order by created_at, order_key) as order_id from dated
)

select
    order_id, person_id, favourite_category_id, created_at,
    case when u(order_id, 'view') < 0.94 then 1 else 2 end as store_view,
    least(25, 1 + floor(-ln(1 - u(order_id, 'web_lines')) * 3.11))::bigint as line_count,
    case when u(order_id, 'coupon') < 0.11 then pick(['BIENVENUE10', 'SOLDES10', 'FETE10', 'VIP10'], order_id, 'coupon_code') end as coupon_code,
    case when u(order_id, 'express') < 0.12 then 1500 else 990 end as shipping_fee_cents,
    pick(['adyen_cc', 'adyen_cc', 'adyen_cc', 'paypal_express', 'applepay', 'alma_3x'], order_id, 'payment') as payment,
    case
        when created_at > getvariable('as_of') - to_days(2) and u(order_id, 'state') < 0.5 then 'pending'
        when created_at > getvariable('as_of') - to_days(6) then 'processing'
        when u(order_id, 'state') < 0.03 then 'canceled'
        when u(order_id, 'state') < 0.033 then 'holded'
        when u(order_id, 'state') < 0.036 then 'payment_review'
        else 'complete'
    end as status,
from numbered;

create table web_lines as
with unnested as (
    select order_id, favourite_category_id, coupon_code, created_at, unnest(range(line_count)) as line from web_orders
),

drawn as (
    select
        *, order_id * 64 + line as line_key,
        case when u(order_id * 64 + line, 'web_favourite') < 0.45 then favourite_category_id else 3 + floor(u(order_id * 64 + line, 'web_category') * 12)::bigint end as category_id,
    from unnested
),

picked as (
    select
        line_key, order_id, coupon_code, created_at, product_deck.product_id,
        product_deck.price_cents * case when month(created_at) in (1, 7) and u(line_key, 'web_discount') < 0.45 then 70 else 100 end // 100 as price_cents,
        case when u(line_key, 'web_quantity') < 0.94 then 1 else 2 end as quantity,
    from drawn
    inner join product_deck
        on drawn.category_id = product_deck.category_id and floor(u(line_key, 'web_product') * 5000)::bigint = product_deck.slot
)

select
    -- Even numbers bear the amounts; the odd number after one is the child line of a configurable product.
    2 * row_number() over (order by line_key) as item_id,
    line_key, order_id, product_id, price_cents, quantity, created_at,
    price_cents * quantity as row_cents,
    case when coupon_code is not null then price_cents * quantity // 10 else 0 end as discount_cents,
from picked;

create table credit_memos as
with chosen as (
    select
        order_id, created_at + to_days((4 + floor(u(order_id, 'refund_after') * 30))::integer) as created_at,
        u(order_id, 'refund_all') < 0.28 as is_whole,
        case when u(order_id, 'memo_state') < 0.97 then 2 when u(order_id, 'memo_state') < 0.99 then 1 else 3 end as state,
    from web_orders
    where status = 'complete' and u(order_id, 'refunded') < 0.11
)

select row_number() over (order by created_at, order_id) as memo_id, *
from chosen
where created_at < getvariable('as_of');

create table credit_memo_lines as
select
    row_number() over (order by memo_id, item_id) as memo_line_id,
    memo_id, item_id, web_lines.order_id, product_id, quantity, row_cents, discount_cents,
from credit_memos
inner join web_lines using (order_id)
where is_whole or web_lines.line_key % 64 = 0 or u(web_lines.line_key, 'refund_line') < 0.35;

create table web_totals as
with summed as (
    select order_id, sum(row_cents)::bigint as items_cents, sum(discount_cents)::bigint as discount_cents, count(*) as line_count
    from web_lines
    group by order_id
)

select
    summed.*,
    case when items_cents - discount_cents >= 15000 then 0 else shipping_fee_cents end as shipping_cents,
    items_cents - discount_cents + case when items_cents - discount_cents >= 15000 then 0 else shipping_fee_cents end as total_cents,
from summed
inner join web_orders using (order_id);

create table credit_memo_totals as
with summed as (
    select memo_id, sum(row_cents - discount_cents)::bigint as items_cents, count(*) as line_count
    from credit_memo_lines
    group by memo_id
),

adjusted as (
    select
        memo_id, summed.items_cents, summed.line_count,
        case when is_whole then shipping_cents else 0 end as shipping_cents,
        case when not is_whole and u(memo_id, 'adjusted') < 0.1 then case when u(memo_id, 'adjustment') < 0.6 then -350 else 1000 end else 0 end as adjustment_cents,
    from summed
    inner join credit_memos using (memo_id)
    inner join web_totals using (order_id)
)

select *, items_cents + shipping_cents + adjustment_cents as total_cents from adjusted;
