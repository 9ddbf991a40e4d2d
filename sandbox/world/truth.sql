-- What the generator knows and no system does, kept apart under truth/.

create table truth_people as
select person_id, household_id, kind, sex, first_name, last_name, birth_name, company_name, birth_date, email, old_email, mobile, old_mobile, card, postcode, insee_code, country
from people
left join addresses using (address_id);

create table truth_households as
select household_id, kind, size, line_1, line_2, postcode, city, insee_code, country
from households
left join addresses using (address_id);

create table truth_records as
select
    source, source_customer_id,
    source || ':' || source_customer_id as record_id,
    person_id,
from keyed
where origin != 'boutiques' or n <= 12000;

-- Orders and revenue as the marts should show them.
create table truth_orders as
with orders as (
    select
        'retail_pro' as source, 'store' as channel,
        case receipt_type when 1 then 'return' else 'sale' end as order_type,
        case when status = 4 and receipt_type in (0, 1) then 'completed' else 'pending' end as status,
        total_cents, receipt_totals.line_count,
    from receipts
    inner join receipt_totals using (receipt_id)
    union all
    select
        'magento', 'web', 'sale',
        case when order_states.status in ('complete', 'closed', 'processing') then 'completed' when order_states.status = 'canceled' then 'cancelled' else 'pending' end,
        total_cents, web_totals.line_count,
    from web_totals
    inner join order_states using (order_id)
    union all
    select
        'magento', 'web', 'return',
        case state when 2 then 'completed' when 1 then 'pending' else 'cancelled' end,
        -total_cents, line_count,
    from credit_memos
    inner join credit_memo_totals using (memo_id)
)

select source, channel, order_type, status, count(*) as orders, sum(total_cents)::bigint as revenue_cents, sum(line_count)::bigint as lines
from orders
group by all
order by all;
