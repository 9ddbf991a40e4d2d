-- Few values are: of these a record is asked rather than of every pattern.
with

stated as (
    select
        'email' as identifier_type,
        email as stated_value,
        email as value_key
    from {{ ref('int_record_contents') }}
    union all
    select
        'phone' as identifier_type,
        phone as stated_value,
        phone as value_key
    from {{ ref('int_record_contents') }}
    union all
    select
        'card' as identifier_type,
        loyalty_card as stated_value,
        replace({{ match_key('loyalty_card') }}, ' ', '') as value_key
    from {{ ref('int_record_contents') }}
    where loyalty_card is not null
    union all
    select
        'document' as identifier_type,
        other_identifier as stated_value,
        replace({{ match_key('other_identifier') }}, ' ', '') as value_key
    from {{ ref('int_record_contents') }}
    where other_identifier is not null
)

select distinct
    stated.identifier_type,
    stated.stated_value
from stated
inner join {{ ref('int_exclusions') }} as exclusions
    on
        stated.identifier_type = exclusions.identifier_type
        and stated.value_key like exclusions.key_pattern
