{{ config(materialized='view') }}
-- Names are folded; a company is compared by its name.
with

records as (
    select * from {{ ref('customer_records') }}
)

select
    record_id,
    source,
    gender,
    is_company,
    case when not is_company then {{ match_key('first_name') }} end
        as first_name_key,
    {{ match_key('case when is_company then company_name else last_name end') }}
        as last_name_key,
    case when not is_company then {{ match_key('birth_name') }} end
        as birth_name_key,
    -- A date that no calendar knows still tells two records apart or together.
    case
        when birth_date is not null
            then replace(cast(birth_date as text), '-', '')
        when
            birth_date_status in ('invalid', 'too_old')
            and length(raw_birth_date) between 8 and 10
            then nullif(
                {{ replace_pattern(
                    replace_pattern('raw_birth_date', '-([0-9])(-|$)', '-0\\1\\2'),
                    '[^0-9]', ''
                ) }}, ''
            )
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
