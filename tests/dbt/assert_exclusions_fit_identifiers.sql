-- An exclusion that no value can fit would exclude nothing without a word: a phone that
-- is not read as +33612345678, an e-mail without its @, a card or document with an
-- accent or a sign that its key has not, a type that there is not.
{% set misfits %}
select exclusions.identifier_type || ' ' || exclusions.value_pattern as exclusion
from {{ ref('int_exclusions') }} as exclusions
left join {{ ref('identity_identifier_types') }} as identifier_types
    on exclusions.identifier_type = identifier_types.identifier_type
where
    identifier_types.identifier_type is null
    or exclusions.key_pattern is null
    or exclusions.identifier_type = 'email'
    and not {{ matches_pattern('exclusions.key_pattern', '[@%]') }}
    or exclusions.identifier_type = 'phone'
    and not {{ matches_pattern(
        'exclusions.key_pattern',
        '^[+][1-9][0-9]{6,14}$|^[+][1-9][0-9]*[%_]|^[%_]'
    ) }}
    or exclusions.identifier_type in ('card', 'document')
    and not {{ matches_pattern('exclusions.key_pattern', '^[a-z0-9%_]+$') }}
order by exclusions.identifier_type, exclusions.value_pattern
{% endset %}
{{ name_failures('Exclusions that fit no identifier', misfits) }}
