{{ config(materialized='view') }}
-- A pattern is read as the identifiers are, so that it fits however a person writes it.
with

-- One row, of a country without a plan as well.
numbering as (
    select
        max(calling_code) as calling_code,
        max(trunk_prefix) as trunk_prefix,
        max(international_prefix) as international_prefix
    from {{ ref('phone_countries') }}
    where country = '{{ var("default_country") }}'
),

written as (
    select
        exclusions.*,
        lower(trim(exclusions.value_pattern)) as text_pattern,
        {{ replace_pattern('exclusions.value_pattern', '[^0-9+%_]', '') }}
            as dialled_pattern,
        '+' || numbering.calling_code as country_prefix,
        numbering.trunk_prefix,
        numbering.international_prefix
    from {{ ref('identity_exclusions') }} as exclusions
    cross join numbering
),

dialled as (
    select
        *,
        case
            when dialled_pattern like international_prefix || '%'
                then '+' || substr(dialled_pattern, length(international_prefix) + 1)
            when dialled_pattern like trunk_prefix || '%'
                then country_prefix || dialled_pattern
            else dialled_pattern
        end as phone_pattern
    from written
)

select
    identifier_type,
    value_pattern,
    nullif(case
        when identifier_type = 'email' then text_pattern
        when identifier_type <> 'phone' then translate(text_pattern, ' -./', '')
        when phone_pattern like country_prefix || trunk_prefix || '%'
            then
                country_prefix
                || substr(phone_pattern, length(country_prefix || trunk_prefix) + 1)
        else phone_pattern
    end, '') as key_pattern
from dialled
