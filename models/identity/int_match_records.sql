-- What two records are compared by. Names are folded; a company is compared by its name.
with

records as (
    select * from {{ ref('customer_records') }}
),

folded as (
    select
        record_id,
        source,
        gender,
        is_company,
        case when not is_company then {{ match_key('first_name') }} end as first_name_key,
        {{ match_key('case when is_company then company_name else last_name end') }}
            as last_name_key,
        case when not is_company then {{ match_key('birth_name') }} end as birth_name_key,
        -- A date that no calendar knows still tells two records apart or together.
        case
            when birth_date is not null
                then replace(cast(birth_date as {{ dbt.type_string() }}), '-', '')
            when birth_date_status = 'invalid' and length(raw_birth_date) between 8 and 10
                then nullif(regexp_replace(raw_birth_date, '[^0-9]', '', 'g'), '')
        end as birth_date_key,
        email as email_key,
        phone as phone_key,
        {{ match_key('other_identifier') }} as document_key,
        {{ match_key('loyalty_card') }} as card_key,
        {{ match_key('address_line_1') }} as street_key,
        {{ match_key('postcode') }} as postcode_key,
        {{ match_key('city') }} as city_key
    from records
    -- What we published ourselves would prove whatever we believed then.
    where published_customer_id is null
),

numbered as (
    select
        *,
        -- In the order of a hash, neighbours are strangers: int_random_comparisons relies on it.
        cast(row_number() over (order by md5(record_id), record_id) as bigint) as record_key,
        split_part(email_key, '@', 1) as email_local_part,
        nullif(split_part(street_key, ' ', 1), '') as street_number
    from folded
),

first_names as (
    select first_name_key, {{ name_bits(0.002) }} as first_name_bits
    from numbered
    where first_name_key is not null
    group by first_name_key
),

last_names as (
    select last_name_key, {{ name_bits(0.0003) }} as last_name_bits
    from numbered
    where last_name_key is not null
    group by last_name_key
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
