-- Each system's tables, in the shape of the raw contract (models/staging/<source>/_<source>__sources.yml).

-- Retail Pro's keys are 18 digits long, one in seven negative.
create macro sid_of(kind, n) as ((500000000000000000 + kind * 10000000000000000 + n * 1009) * case when n % 7 = 0 then -1 else 1 end)::bigint;
create macro euros(cents) as (cents / 100.0)::decimal(18, 4);
-- The tax within an amount that includes 20 %.
create macro tax_within(cents) as ((cents * 2 + 6 * sign(cents)) // 12)::bigint;

create table record_keys as
select
    *,
    row_number() over (partition by origin order by seen_at, record_no) as n,
    case when origin = 'boutiques' then record_no % 3 end as workbook,
from records
-- A card number is the key of the loyalty file: its last holder is the one it knows.
qualify origin != 'loyalty' or row_number() over (partition by origin, card order by record_no desc) = 1;

create table keyed as
select
    * exclude (origin),
    origin,
    case origin when 'guest' then 'magento' when 'review' then 'web' else origin end as source,
    case origin
        when 'retail_pro' then sid_of(1, n)::text
        when 'magento' then n::text
        when 'guest' then 'guest-' || event_id
        when 'clientela' then 'CL' || lpad(n::text, 8, '0')
        when 'splio' then (100000 + n)::text
        when 'zendesk' then (360000000000 + n * 37)::text
        when 'boutiques' then 'BTQ' || (workbook + 1) || '-' || lpad(n::text, 6, '0')
        when 'anciens_clients' then 'AC' || lpad(n::text, 7, '0')
        when 'loyalty' then card
        else 'reviewer-R' || lpad(n::text, 8, '0')
    end as source_customer_id,
from record_keys;

---------------------------------------------------------------------------------------------------- Magento
create table magento_accounts as
select n as id, keyed.*, row_number() over (partition by lower(email) order by n) as website
from keyed
where origin = 'magento';

create table magento_customers as
select
    id, email, first_name as firstname, last_name as lastname, title as prefix,
    strftime(birth_date, '%Y-%m-%d') as dob,
    case when kind = 'company' then 'FR' || lpad(shuffle(id, 99999999977)::text, 11, '0') end as taxvat,
    case when language = 'fr' then 'Horizon France' else 'Horizon English' end as created_in,
    case when line_1 is not null or phone is not null then (id * 2)::text end as default_billing,
    case when line_1 is not null or phone is not null then (id * 2)::text end as default_shipping,
    card as loyalty_card,
    case gender when 'M' then 1 when 'F' then 2 else 3 end as gender,
    case when kind = 'company' then 3 else 1 end as group_id,
    case when language = 'fr' then 1 else 2 end as store_id,
    website as website_id,
    u(person_id, 'optin') < 0.55 and u(record_no, 'account_optin') < 0.85 as extension_attributes__is_subscribed,
    seen_at as created_at, updated_at,
from magento_accounts;

create table magento_customer_addresses as
select
    id * 2 as id, id as customer_id, first_name as firstname, last_name as lastname, company_name as company,
    line_1 || case when line_2 is not null then chr(10) || line_2 else '' end as street,
    postcode, city, coalesce(country, 'FR') as country_id, phone as telephone, true as default_billing, true as default_shipping,
from magento_accounts
where line_1 is not null or phone is not null;

-- The account or guest record of each order.
create table order_records as
with accounts as (
    select person_id, count(*) as accounts from magento_accounts group by person_id
),

assigned as (
    select order_id, person_id, floor(u(order_id, 'with_account') * accounts)::bigint as copy
    from web_orders
    left join accounts using (person_id)
),

guests as (
    select event_id as order_id, record_no from keyed where origin = 'guest'
)

select
    assigned.order_id,
    coalesce(guests.record_no, magento_accounts.record_no) as record_no,
    case when guests.record_no is null then magento_accounts.id end as customer_id,
from assigned
left join guests using (order_id)
left join magento_accounts on assigned.person_id = magento_accounts.person_id and assigned.copy = magento_accounts.copy;

create table refunds as
select order_id, sum(total_cents)::bigint as refunded_cents, max(created_at) as refunded_at, bool_or(is_whole) as is_whole
from credit_memos
inner join credit_memo_totals using (memo_id)
where state = 2
group by order_id;

create table order_states as
select
    order_id,
    case when refunds.is_whole then 'closed' else status end as status,
    least(getvariable('as_of') - to_minutes(5), greatest(created_at + to_minutes((30 + floor(u(order_id, 'handled') * 5000))::integer), coalesce(refunded_at, created_at))) as updated_at,
    coalesce(refunded_cents, 0) as refunded_cents,
from web_orders
left join refunds using (order_id);

create table magento_orders as
select
    web_orders.order_id as entity_id,
    web_orders.store_view || lpad(web_orders.order_id::text, 9, '0') as increment_id,
    case order_states.status when 'pending' then 'new' else order_states.status end as state,
    order_states.status,
    keyed.email as customer_email, keyed.first_name as customer_firstname, keyed.last_name as customer_lastname, keyed.title as customer_prefix,
    strftime(keyed.birth_date, '%Y-%m-%d') as customer_dob,
    'EUR' as order_currency_code, web_orders.coupon_code,
    keyed.first_name as billing_address__firstname, keyed.last_name as billing_address__lastname, keyed.company_name as billing_address__company,
    coalesce(keyed.line_1 || case when keyed.line_2 is not null then chr(10) || keyed.line_2 else '' end, home.line_1) as billing_address__street,
    case when keyed.line_1 is null then home.postcode else keyed.postcode end as billing_address__postcode,
    case when keyed.line_1 is null then home.city else keyed.city end as billing_address__city,
    home.country as billing_address__country_id,
    keyed.phone as billing_address__telephone,
    web_orders.payment as payment__method,
    order_records.customer_id,
    (order_records.customer_id is null)::bigint as customer_is_guest,
    case keyed.gender when 'M' then 1 when 'F' then 2 else 3 end as customer_gender,
    web_orders.store_view as store_id,
    web_orders.order_id * 3 as quote_id,
    euros(total_cents) as grand_total,
    euros(items_cents) as subtotal_incl_tax,
    euros(-discount_cents) as discount_amount,
    euros(shipping_cents) as shipping_incl_tax,
    euros(tax_within(total_cents)) as tax_amount,
    euros(refunded_cents) as total_refunded,
    web_orders.created_at, order_states.updated_at,
from web_orders
inner join web_totals using (order_id)
inner join order_states using (order_id)
inner join order_records using (order_id)
inner join keyed on order_records.record_no = keyed.record_no
inner join people on keyed.person_id = people.person_id
inner join addresses as home on people.address_id = home.address_id;

create table magento_order_items as
with refunded as (
    select item_id, sum(quantity)::bigint as refunded from credit_memo_lines inner join credit_memos using (memo_id) where state = 2 group by item_id
),

lines as (
    select web_lines.*, products.sku, products.name, products.is_configurable, coalesce(refunded, 0) as refunded, order_states.status
    from web_lines
    inner join products using (product_id)
    inner join order_states using (order_id)
    left join refunded using (item_id)
)

select
    item_id, order_id, sku, name,
    case when is_configurable then 'configurable' else 'simple' end as product_type,
    null::bigint as parent_item_id, product_id, quantity as qty_ordered, refunded as qty_refunded,
    case when status = 'canceled' then quantity else 0 end as qty_canceled,
    euros(price_cents) as price_incl_tax, euros(row_cents) as row_total_incl_tax, euros(discount_cents) as discount_amount,
    euros(tax_within(row_cents - discount_cents)) as tax_amount, created_at,
from lines
union all
select
    item_id + 1, order_id, sku, name, 'simple', item_id, product_id, quantity, refunded,
    case when status = 'canceled' then quantity else 0 end, 0, 0, 0, 0, created_at,
from lines
where is_configurable;

create table magento_creditmemos as
select
    memo_id as entity_id, '7' || lpad(memo_id::text, 9, '0') as increment_id, order_id, 'EUR' as order_currency_code, state,
    euros(total_cents) as grand_total, euros(shipping_cents) as shipping_incl_tax, euros(adjustment_cents) as adjustment,
    euros(tax_within(total_cents)) as tax_amount, created_at, created_at as updated_at,
from credit_memos
inner join credit_memo_totals using (memo_id);

create table magento_creditmemo_items as
select
    memo_line_id as entity_id, memo_id as parent_id, item_id as order_item_id, sku, quantity as qty,
    euros(row_cents) as row_total_incl_tax, euros(discount_cents) as discount_amount, euros(tax_within(row_cents - discount_cents)) as tax_amount,
from credit_memo_lines
inner join products using (product_id);

-- Quotes are purged after 180 days once ordered; those never ordered stay 90 days.
create table left_carts as
select
    row_number() over (order by customer_id nulls last, email) * 3 + 1 as id, customer_id, email, person_id,
    at_random(hash(email, customer_id), 'cart_at', 90, 0) as created_at,
from (
    select id as customer_id, email, person_id from magento_accounts where u(id, 'left_cart') < 0.13
    union all
    select null, email, person_id from people where has_email and web_taste > 0.46 and u(person_id, 'guest_cart') < 0.015
) as visitors;

create table magento_cart_items as
with left_lines as (
    select id as quote_id, unnest(range(1 + floor(power(u(id, 'cart_lines'), 2) * 5)::bigint)) as line from left_carts
),

picked as (
    select quote_id, 1 + floor(u(quote_id * 16 + line, 'cart_product') * 3000)::bigint as product_id, 1 as qty from left_lines
    union all
    select order_id * 3, product_id, quantity
    from web_lines
    where created_at > getvariable('as_of') - to_days(180)
)

select
    row_number() over (order by quote_id, product_id, qty) as item_id,
    quote_id, sku, name, qty, euros(price_cents) as price,
from picked
inner join products using (product_id);

create table magento_carts as
with counted as (
    select quote_id as id, count(*) as items_count, sum(qty) as items_qty from magento_cart_items group by quote_id
),

carts as (
    select id, email, customer_id, 1 as store_id, true as is_active, created_at, least(getvariable('as_of') - to_minutes(1), created_at + to_minutes(25)) as updated_at, null::timestamp as converted_at from left_carts
    union all
    select
        web_orders.order_id * 3, keyed.email, order_records.customer_id, store_view, false,
        web_orders.created_at - to_minutes(20), web_orders.created_at, web_orders.created_at,
    from web_orders
    inner join order_records using (order_id)
    inner join keyed using (record_no)
    where web_orders.created_at > getvariable('as_of') - to_days(180)
)

select
    id, email as customer__email, 'EUR' as currency__quote_currency_code, customer_id as customer__id, store_id,
    items_count, items_qty, is_active, customer_id is null as customer_is_guest, created_at, updated_at, converted_at,
from carts
inner join counted using (id);

create table magento_products as
select product_id as id, sku, name, 'simple' as type_id, category_id, case when is_enabled then 1 else 2 end as status, euros(price_cents) as price, created_at, updated_at
from products;

create table magento_categories as
select 1 as id, 'Root Catalog' as name, '1' as path, null as parent_id, 0 as level, true as is_active
union all
select 2, 'Horizon', '1/2', 1, 1, true
union all
select category_id, name, '1/2/' || category_id, 2, 2, true from categories;

create table magento_stores as
select * from (values (1, 'fr', 'Horizon France', 1, 1, true), (2, 'en', 'Horizon English', 1, 1, true)) as view (id, code, name, website_id, store_group_id, is_active);

------------------------------------------------------------------------------------------------- Retail Pro
create table till_files as
select sid_of(1, n) as sid, keyed.* from keyed where origin = 'retail_pro';

create table retail_pro_store as
select
    sid_of(2, store_number) as sid, store_code, name as store_name, address_1, postcode as postal_code, city, 'FR' as country_code,
    phone as phone_no, email as email_address, 1 as sbs_sid, is_active::bigint as active,
from stores;

create table documents as
with files as (
    select person_id, count(*) as files from till_files group by person_id
),

shown as (
    select
        receipts.*,
        floor(u(coalesce(original_receipt_id, receipt_id), 'which_file') * coalesce(files, 0))::bigint as file,
        u(receipt_id, 'card_at_till') as card_draw,
        case when person_id is null then floor(u(receipt_id, 'passer') * getvariable('profiles'))::bigint end as passer_id,
    from receipts
    left join files using (person_id)
)

select
    shown.* exclude (file, card_draw, passer_id, favourite_category_id),
    till_files.sid as customer_sid,
    stores.store_code,
    case
        -- Lent: the card of whoever heads the household; found: an anonymous sale with somebody's card.
        when shown.person_id is not null and card_draw < 0.4 then people.card
        when shown.person_id is not null and card_draw < 0.43 then head.card
        when shown.person_id is null and card_draw < 0.08 then passer.card
    end as card,
from shown
inner join stores using (store_number)
left join people on shown.person_id = people.person_id
left join households on people.household_id = households.household_id
left join people as head on households.first_person = head.person_id
left join people as passer on shown.passer_id = passer.person_id
left join till_files on shown.person_id = till_files.person_id and shown.file = till_files.copy;

create table retail_pro_document as
select
    sid_of(3, receipt_id) as sid,
    store_code || '-' || lpad(receipt_id::text, 9, '0') as doc_no,
    store_code, 'EUR' as currency,
    pick(['CB', 'CB', 'CB', 'CB', 'ESPECES', 'AMEX', 'CHEQUE', 'CARTE CADEAU'], receipt_id, 'tender') as tender_name,
    card as lty_card_no, 1 as sbs_no, sid_of(2, store_number) as store_sid, customer_sid as bt_cuid, status, receipt_type,
    sid_of(3, original_receipt_id) as ref_sale_sid,
    euros(total_cents) as sale_total_amt,
    (case when is_discounted then 10 else 0 end)::decimal(18, 4) as disc_perc,
    created_at as created_datetime,
    case when status = 4 then created_at + to_minutes(1) end as invc_post_date,
    created_at + to_minutes(1) as modified_datetime,
from documents
inner join receipt_totals using (receipt_id);

create table retail_pro_document_item as
select
    sid_of(4, line_id) as sid, sid_of(3, receipt_lines.receipt_id) as doc_sid, upc as scan_upc, 'HORIZON' as vend_code, item_type,
    sid_of(5, product_id) as invn_sbs_item_sid, sid_of(6, 1 + hash(receipt_lines.receipt_id) % 400) as employee1_sid,
    sid_of(3, receipt_lines.original_receipt_id) as returned_item_invoice_sid,
    quantity as qty, euros(receipt_lines.price_cents) as price, euros(original_cents) as orig_price,
    euros(tax_within(receipt_lines.price_cents)) as tax_amt, percent::decimal(18, 4) as disc_perc,
    receipts.created_at + to_minutes(1) as modified_datetime,
from receipt_lines
inner join receipts using (receipt_id)
inner join products using (product_id);

create table retail_pro_invn_sbs_item as
select
    sid_of(5, product_id) as sid, upc, upper(strip_accents(name)) as description1, category as description2, sku as text1,
    sid_of(7, category_id) as dcs_sid, euros(price_cents) as price, updated_at as modified_datetime,
from products;

create table retail_pro_dcs as
select sid_of(7, category_id) as sid, name as d_long_name from categories;

create table retail_pro_customer as
with bought as (
    select customer_sid as sid, min(created_at)::date as first_sale_date, max(created_at)::date as last_sale_date from documents where customer_sid is not null group by customer_sid
)

select
    sid, 'C' || lpad(n::text, 8, '0') as cust_id, title, first_name, last_name, birth_name as info1, company_name as info2,
    strftime(birth_date, '%d/%m/%Y') as udf1_date,
    case when kind = 'company' then 'COMPANY' when u(person_id, 'staff') < 0.002 then 'STAFF' else 'RETAIL' end as cust_type,
    card as lty_card_no, sid_of(2, store_number) as store_sid,
    case when u(record_no, 'asked_consent') < 0.4 then null else (u(person_id, 'optin') < 0.55 and u(record_no, 'till_optin') < 0.9)::bigint end as marketing_flag,
    case when u(record_no, 'closed') < 0.01 then 0 else 1 end as active,
    first_sale_date, last_sale_date,
    seen_at as created_datetime, greatest(updated_at, seen_at) as modified_datetime,
from till_files
inner join (select store_code, store_number from stores) as home using (store_code)
left join bought using (sid);

create table retail_pro_customer_address as
select
    sid_of(8, n) as sid, till_files.sid as cust_sid, line_1 as address_1, line_2 as address_2, city as address_3, postcode as postal_code,
    coalesce(country, 'FR') as country_code, 1 as active, updated_at as modified_datetime,
from till_files
where line_1 is not null;

create table retail_pro_customer_email as
select sid_of(9, n * 2) as sid, sid as cust_sid, email as email_address, updated_at as modified_datetime from till_files where email is not null
union all
select sid_of(9, n * 2 + 1), sid, other_email, updated_at from till_files where other_email is not null;

create table retail_pro_customer_phone as
select sid_of(10, n * 2) as sid, sid as cust_sid, phone as phone_no, updated_at as modified_datetime from till_files where phone is not null
union all
select sid_of(10, n * 2 + 1), sid, other_phone, updated_at from till_files where other_phone is not null;

-------------------------------------------------------------------------------------------------- Clientela
create table cards as
select source_customer_id as card_id, keyed.*, 'V' || lpad((1 + hash(store_code, n % 6) % 400)::text, 4, '0') as advisor_id
from keyed
where origin = 'clientela';

create table clientela_customers as
select
    card_id, null::text as external_id, title, first_name, last_name, strftime(birth_date, '%Y-%m-%d') as birth_date, coalesce(gender, '') as gender, email, phone,
    line_1 as address_line_1, line_2 as address_line_2, postcode, city, country, language, store_code as home_store_code, advisor_id,
    card as loyalty_card, advisor_id as updated_by, 1 + floor(u(record_no, 'version') * 6)::bigint as version, seen_at as created_at, updated_at,
from cards;

create table clientela_customer_consents as
select
    card_id, channel, pick(['boutique', 'tablette', 'formulaire papier'], hash(card_id, channel), 'asked_where') as source,
    u(person_id, 'optin') < 0.55 and u(hash(card_id, channel), 'granted') < 0.85 as is_granted,
    least(updated_at, seen_at + to_minutes(3)) as collected_at,
from cards
cross join (select unnest(['email', 'sms', 'phone', 'postal']) as channel) as channels
where u(hash(card_id, channel), 'channel_asked') < 0.6;

create table clientela_appointments as
with booked as (
    select *, unnest(range(floor(u(n, 'appointments') * 2.4)::bigint)) as visit from cards
),

timed as (
    select *, n * 8 + visit as k, at_random(n * 8 + visit, 'appointment_at', 500, -20) as starts_at from booked
)

select
    'RDV' || lpad(k::text, 9, '0') as appointment_id, card_id, store_code, advisor_id,
    pick(['essayage', 'réparation', 'vente privée', 'conseil', 'retrait'], k, 'appointment_kind') as kind,
    case when starts_at > getvariable('as_of') then 'booked' when u(k, 'honoured') < 0.75 then 'honoured' when u(k, 'honoured') < 0.9 then 'cancelled' else 'no_show' end as status,
    date_trunc('hour', starts_at) as starts_at,
    least(starts_at - to_days(5), getvariable('as_of') - to_hours(5)) as created_at,
    least(starts_at + to_hours(1), getvariable('as_of') - to_hours(2)) as updated_at,
from timed;

create table clientela_wish_list_items as
with wished as (
    select *, unnest(range(floor(power(u(n, 'wishes'), 3) * 6)::bigint)) as wish from cards
),

timed as (
    select *, n * 8 + wish as k, at_random(n * 8 + wish, 'wished_at', 400, 1) as added_at from wished
),

removed as (
    select *, case when u(k, 'unwished') < 0.3 then added_at + to_days((2 + floor(u(k, 'unwished_after') * 60))::integer) end as gone_at from timed
)

select
    'WL' || lpad(k::text, 9, '0') as wish_list_item_id, card_id, products.sku, store_code,
    pick([null, null, 'taille M', 'attend la couleur noire', 'cadeau pour sa fille', 'prévenir dès réception', 'à voir après les soldes'], k, 'note') as note,
    added_at,
    case when gone_at < getvariable('as_of') then gone_at end as removed_at,
    case when gone_at < getvariable('as_of') then gone_at else added_at end as updated_at,
from removed
inner join products on 1 + floor(u(k, 'wished_product') * 3000)::bigint = products.product_id;

create table clientela_order_preparations as
with prepared as (
    select *, unnest(range(floor(u(n, 'preparations') * 1.3)::bigint)) as preparation from cards
),

timed as (
    select *, at_random(n, 'prepared_at', 300, 1) as prepared_at, u(n, 'collected') as draw from prepared
),

settled as (
    select *, case when draw < 0.8 and prepared_at + to_days(4) < getvariable('as_of') then prepared_at + to_hours((2 + floor(draw * 100))::integer) end as collected_at from timed
)

select
    'PREP' || lpad(n::text, 8, '0') as preparation_id, card_id, store_code, products.sku,
    case when collected_at is not null then 'collected' when draw > 0.92 then 'cancelled' else 'prepared' end as status,
    1 as quantity, prepared_at, collected_at, coalesce(collected_at, prepared_at) as updated_at,
from settled
inner join products on 1 + floor(u(n, 'prepared_product') * 3000)::bigint = products.product_id;

------------------------------------------------------------------------------------------------------ Splio
create table splio_contacts as
select
    source_customer_id as id, 'H' || lpad(shuffle(n, 99999989)::text, 8, '0') as unique_key, email, phone as cellphone, first_name as firstname, last_name as lastname, language,
    '[{"id":0,"name":"c0","value":"H' || lpad(shuffle(n, 99999989)::text, 8, '0') || '"}' || case when card is not null then ',{"id":1,"name":"carte","value":"' || card || '"}' else '' end || ']' as custom_fields,
    case when u(person_id, 'optin') < 0.55 then '[{"id":1,"name":"Newsletter"}]' else '[]' end as lists,
    seen_at as creation_date,
from keyed
where origin = 'splio';

create table splio_blacklisted_emails as
with addresses as (
    select lower(trim(email)) as number, min(seen_at) as since from keyed where origin = 'splio' and contains(email, '@') group by 1
)

select number, reason as source, least(getvariable('as_of') - to_hours(7), since + to_days((20 + floor(u(number, 'since' || reason) * 500))::integer)) as creation_date
from addresses
cross join (select unnest(['unsub', 'bounce', 'soft', 'custom', 'fbl']) as reason) as reasons
where u(number, reason) < case reason when 'unsub' then 0.05 when 'bounce' then 0.02 when 'soft' then 0.01 when 'custom' then 0.003 else 0.001 end;

create table splio_blacklisted_cellphones as
with numbers as (
    select people.mobile as number, min(seen_at) as since
    from keyed
    inner join people using (person_id)
    where origin = 'splio' and keyed.phone is not null
    group by 1
)

select number, reason as source, least(getvariable('as_of') - to_hours(9), since + to_days((10 + floor(u(number, 'since' || reason) * 400))::integer)) as creation_date
from numbers
cross join (select unnest(['stop', 'bounce', 'custom']) as reason) as reasons
where u(number, reason) < case reason when 'stop' then 0.02 when 'bounce' then 0.015 else 0.002 end;

-------------------------------------------------------------------------------------------------------- SMS
create table sms_sends as
select
    keyed.n * 8 + campaign as k, '+' || people.mobile as number, campaign,
    getvariable('as_of')::date - to_days((20 + campaign * 60)::integer) + to_seconds((36000 + floor(u(keyed.n * 8 + campaign, 'sent_at') * 14400))::bigint) as sent_at,
from keyed
inner join people using (person_id)
cross join (select unnest(range(5)) as campaign) as campaigns
where origin = 'splio' and keyed.phone is not null and u(keyed.n * 8 + campaign, 'targeted') < 0.45
    and seen_at < getvariable('as_of') - to_days((20 + campaign * 60)::integer);

create table sms_messages as
select
    'SM' || md5('out' || k) as sid, 'outbound-api' as direction, 'HORIZON' as from_number, number as to_number,
    ['Ventes privées Horizon ce week-end.', 'Votre boutique vous attend.', 'Nouvelle collection en boutique.', 'Soldes : dernière démarque.', 'Joyeuses fêtes de la part de la maison Horizon.'][1 + campaign] || ' STOP au 36180' as body,
    case when u(k, 'sms_status') < 0.93 then 'delivered' when u(k, 'sms_status') < 0.97 then 'undelivered' when u(k, 'sms_status') < 0.985 then 'failed' else 'sent' end as status,
    'EUR' as price_unit,
    case when u(k, 'sms_status') between 0.93 and 0.97 then 30003 when u(k, 'sms_status') between 0.97 and 0.985 then 30005 end as error_code,
    1 as num_segments, -0.0490::decimal(18, 4) as price,
    sent_at as date_created, sent_at + to_seconds(2) as date_sent, sent_at + to_seconds((5 + floor(u(k, 'receipt') * 60))::bigint) as date_updated,
from sms_sends
union all
select
    'SM' || md5('in' || k), 'inbound', number, '36180',
    case when u(k, 'reply') < 0.02 then pick(['STOP', 'STOP', 'Stop', 'stop', 'STOP SVP', ' stop.'], k, 'stop') else pick(['Bonjour, êtes-vous ouverts dimanche ?', 'Merci', 'Qui êtes-vous ?', 'Ne pas stopper mes messages'], k, 'chat') end,
    'received', 'EUR', null, 1, null,
    sent_at + to_minutes((1 + floor(u(k, 'reply_after') * 300))::integer), sent_at + to_minutes((1 + floor(u(k, 'reply_after') * 300))::integer), sent_at + to_minutes((1 + floor(u(k, 'reply_after') * 300))::integer),
from sms_sends
where u(k, 'reply') < 0.026;

---------------------------------------------------------------------------------------------------- Zendesk
create table zendesk_users as
select
    source_customer_id::bigint as id, trim(coalesce(first_name, '') || ' ' || coalesce(last_name, '')) as name, email, phone, null::text as external_id,
    'end-user' as role, language as locale, u(n, 'deleted') >= 0.005 as active, u(n, 'suspended') < 0.002 as suspended, seen_at as created_at, updated_at,
from keyed
where origin = 'zendesk'
union all
select 360000000000 + range, 'Conseiller ' || range, 'conseiller' || range || '@horizon-paris.example', null, null, 'agent', 'fr', true, false, getvariable('as_of') - to_days(1200), getvariable('as_of') - to_days(400)
from range(1, 7);

create table zendesk_tickets as
with asked as (
    select source_customer_id::bigint as requester_id, n, seen_at, unnest(range(1 + floor(power(u(n, 'tickets'), 3) * 4)::bigint)) as ticket
    from keyed
    where origin = 'zendesk'
),

timed as (
    select *, n * 8 + ticket as k, seen_at + to_seconds(floor(case when ticket = 0 then 0 else u(n * 8 + ticket, 'ticket_at') end * datediff('second', seen_at, getvariable('as_of') - to_hours(4)))::bigint) as created_at
    from asked
),

settled as (
    select *, least(created_at + to_hours((2 + floor(u(k, 'solved_after') * 90))::integer), getvariable('as_of') - to_hours(1)) as updated_at from timed
)

select
    row_number() over (order by created_at, k) as id,
    pick(['Où est ma commande ?', 'Demande de remboursement', 'Échange de taille', 'Réparation', 'Facture', 'Mon compte', 'Carte de fidélité'], k, 'subject') as subject,
    case when created_at > getvariable('as_of') - to_days(3) then pick(['new', 'open', 'pending'], k, 'ticket_state') else pick(['solved', 'closed', 'closed'], k, 'ticket_state') end as status,
    pick(['low', 'normal', 'normal', 'normal', 'high', 'urgent'], k, 'priority') as priority,
    pick(['question', 'question', 'incident', 'problem', 'task'], k, 'ticket_type') as type,
    pick(['email', 'web', 'voice', 'chat'], k, 'via') as via__channel,
    pick(['unoffered', 'unoffered', 'offered', 'good', 'good', 'bad'], k, 'satisfaction') as satisfaction_rating__score,
    requester_id, (360000000001 + k % 6)::bigint as assignee_id, epoch(updated_at)::bigint as generated_timestamp, created_at, updated_at,
from settled;

-------------------------------------------------------------------------------------------------------- Web
-- Fifteen months of behaviour of those who consented to measurement: the collector keeps 90 days, the files hold the months before.
create table web_visits as
with visitors as (
    select person_id, first_value(id) over (partition by person_id order by id) as account
    from magento_accounts
    qualify row_number() over (partition by person_id order by id) = 1
),

sessions as (
    select people.person_id, account, unnest(range(floor(u(people.person_id, 'sessions') * 9)::bigint)) as session
    from people
    left join visitors using (person_id)
    where web_taste < 0.5 and u(people.person_id, 'measured') < 0.6
),

timed as (
    select *, person_id * 16 + session as k, at_random(person_id * 16 + session, 'session_at', 456, 0) as started_at, u(person_id * 16 + session, 'logged_in') < 0.4 as is_logged_in from sessions
),

steps as (
    select *, unnest(range(2 + floor(u(k, 'steps') * 3)::bigint)) as step from timed
)

select
    'E' || md5('event' || getvariable('seed') || '-' || k || '-' || step) as event_id,
    'v' || md5('visitor' || person_id)[:16] as visitor_id,
    case when step = 0 and is_logged_in and account is not null then 'login' when step = 0 then 'page_view' when u(k * 8 + step, 'step') < 0.6 then 'product_view' when u(k * 8 + step, 'step') < 0.75 then 'add_to_cart' when u(k * 8 + step, 'step') < 0.88 then 'search' else 'page_view' end as event_type,
    case when step = 0 then '/' when u(k * 8 + step, 'step') < 0.75 then '/produit/' || lower(sku) when u(k * 8 + step, 'step') < 0.88 then '/recherche' else '/collection' end as url,
    case when step > 0 and u(k * 8 + step, 'step') < 0.75 then sku end as sku,
    case when is_logged_in then account end as customer_id,
    started_at + to_seconds(step * 40) as occurred_at,
from steps
inner join products on 1 + floor(u(k * 8 + step, 'viewed') * 3000)::bigint = products.product_id;

create table web_events as
select * from web_visits where occurred_at >= getvariable('as_of') - to_days(90);

create table web_reviews as
select
    source_customer_id[10:] as review_id, products.sku,
    case when u(n, 'answers_order') < 0.8 then web_orders.store_view || lpad(web_orders.order_id::text, 9, '0') end as order_increment_id,
    case when u(n, 'pseudonym') < 0.4 then first_name || ' ' || last_name[1] || '.' else trim(coalesce(first_name, '') || ' ' || coalesce(last_name, '')) end as author_name,
    keyed.email as author_email,
    pick(['Superbe', 'Conforme à mes attentes', 'Déçue', 'Un classique', 'Très belle finition', 'Livraison longue'], n, 'review_title') as title,
    pick(['Produit magnifique, je recommande.', 'La couleur est un peu différente de la photo.', 'Qualité au rendez-vous.', 'Taille petit.', 'Parfait pour un cadeau !'], n, 'review_body') as body,
    [5, 5, 5, 4, 4, 3, 2, 1][1 + floor(u(n, 'stars') * 8)::bigint] as rating,
    u(n, 'published') < 0.95 as is_published, seen_at as published_at, greatest(seen_at, least(keyed.updated_at, seen_at + to_days(20))) as updated_at,
from keyed
inner join web_orders on keyed.event_id = web_orders.order_id
inner join (select order_id, min(product_id) as product_id from web_lines group by order_id) as first_line on web_orders.order_id = first_line.order_id
inner join products using (product_id)
where origin = 'review';
