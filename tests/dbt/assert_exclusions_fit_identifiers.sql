-- An exclusion that no value can fit would exclude nothing without a word: a phone that
-- is not read as +33612345678, an e-mail without its @, a card or document with an
-- accent or a sign that its key has not, a type that there is not.
{% set misfits %}
with

exclusions as (
    select
        coalesce(exclusions.identifier_type, '') || ','
        || coalesce(exclusions.value_pattern, '') as exclusion,
        case
            when identifier_types.identifier_type is null
                then 'its type is none of seeds/identity_identifier_types.csv'
            when coalesce(exclusions.value_pattern, '') = '' then 'it is empty'
            when
                exclusions.identifier_type = 'email'
                and not {{ matches_pattern(
                    "coalesce(exclusions.key_pattern, '')", '[@%]'
                ) }}
                then 'an e-mail has an @, or a % in its place'
            when
                exclusions.identifier_type = 'phone'
                and not {{ matches_pattern(
                    "coalesce(exclusions.key_pattern, '')",
                    '^[+][1-9][0-9]{6,14}$|^[+][1-9][0-9]*[%_]|^[%_]'
                ) }}
                then 'a phone is written as it is dialled, whole or up to a %'
            when
                exclusions.identifier_type in ('card', 'document')
                and not {{ matches_pattern(
                    "coalesce(exclusions.key_pattern, '')", '^[a-z0-9%_]+$'
                ) }}
                then 'a card or document has letters without accents and digits'
            when exclusions.key_pattern is null then 'it says nothing'
        end as misfit
    from {{ ref('int_exclusions') }} as exclusions
    left join {{ ref('identity_identifier_types') }} as identifier_types
        on exclusions.identifier_type = identifier_types.identifier_type
)

select exclusion || ' (' || misfit || ')' as exclusion
from exclusions
where misfit is not null
order by exclusion
{% endset %}
{{ name_failures(
    'Mend or delete in seeds/identity_exclusions.csv what fits no identifier', misfits
) }}
