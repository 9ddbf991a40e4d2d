-- What two records are compared by, and what agreeing on their names is worth.
with

folded as (
    select * from {{ ref('int_folded_records') }}
),

numbered as (
    select
        *,
        -- In the order of a hash, neighbours are strangers: int_random_comparisons
        -- relies on it.
        cast(row_number() over (order by md5(record_id), record_id) as bigint)
            as record_key,
        split_part(email_key, '@', 1) as email_local_part,
        nullif(split_part(street_key, ' ', 1), '') as street_number
    from folded
),

totals as (
    select count(*) as record_count from numbered
),

first_names as (
    select
        numbered.first_name_key,
        {{ name_bits(0.002) }} as first_name_bits
    from numbered
    cross join totals
    where numbered.first_name_key is not null
    group by numbered.first_name_key
),

last_names as (
    select
        numbered.last_name_key,
        {{ name_bits(0.0003) }} as last_name_bits
    from numbered
    cross join totals
    where numbered.last_name_key is not null
    group by numbered.last_name_key
)

select
    numbered.*,
    not numbered.is_company
    and (numbered.first_name_key is null or numbered.last_name_key is null)
    and numbered.birth_date_key is null
    and numbered.document_key is null as is_nameless,
    first_names.first_name_bits,
    last_names.last_name_bits
from numbered
left join first_names on numbered.first_name_key = first_names.first_name_key
left join last_names on numbered.last_name_key = last_names.last_name_key
