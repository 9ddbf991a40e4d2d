{#-
    Two records, attribute by attribute, as small integers: 0 when one of the two does not say,
    else the levels of identity_comparison_levels.csv. `pairs` is a relation of left_key,
    right_key and rules (see int_candidate_pairs). `pattern_key` writes the nine levels as one
    number in base six. Equality is asked first, distances only where they can be small.
-#}
{% macro compare_records(pairs) %}
with

pairs as (
    select * from {{ pairs }}
    where {{ since_last_run() }}
),

-- What a name is worth that was not there when the weights were learnt. One row even to
-- a planner, which else would hold all pairs in memory beside it.
unseen_names as (
    select
        max(case when name_type = 'first' then bits end) as first_name_bits,
        max(case when name_type = 'last' then bits end) as last_name_bits
    from {{ ref('int_name_bits') }}
    where name_key is null
),

measured as (
    select
        pairs.left_key,
        pairs.right_key,
        pairs.rules,
        pairs.is_gone,
        near.first_name_key as first_name,
        far.first_name_key as other_first_name,
        near.last_name_key as last_name,
        far.last_name_key as other_last_name,
        near.birth_name_key as birth_name,
        far.birth_name_key as other_birth_name,
        near.birth_date_key as birth_date,
        far.birth_date_key as other_birth_date,
        near.email_key as email,
        far.email_key as other_email,
        near.phone_key as phone,
        far.phone_key as other_phone,
        near.card_key as card,
        far.card_key as other_card,
        near.document_key as document,
        far.document_key as other_document,
        near.street_key as street,
        far.street_key as other_street,
        near.postcode_key as postcode,
        far.postcode_key as other_postcode,
        near.city_key as city,
        far.city_key as other_city,
        nicknames.first_name_key is not null as is_nickname,
        near.is_nameless as is_near_nameless,
        far.is_nameless as is_far_nameless,
        near.is_company as is_near_company,
        far.is_company as is_far_company,
        coalesce(first_names.bits, unseen_names.first_name_bits) as first_name_bits,
        coalesce(last_names.bits, unseen_names.last_name_bits) as last_name_bits,
        near.gender <> far.gender as is_gender_different,
        near.is_company <> far.is_company and (
            near.company_key = far.company_key
            or {{ near_distance('company_key') }} * 4
            <= greatest(length(near.company_key), length(far.company_key))
        ) as is_own_company,
        near.street_key = far.street_key
        and (near.postcode_key = far.postcode_key or near.city_key = far.city_key)
            as is_one_home,
        near.street_number is not null as is_numbered,
        coalesce(near.street_number, '') = coalesce(far.street_number, '') as is_number_same,
        substr(near.first_name_key, 1, 1) = substr(far.first_name_key, 1, 1) as is_initial_same,
        case
            when near.last_name_key <> far.last_name_key
                then near.last_name_key like '% %' or far.last_name_key like '% %'
        end as is_compound,
        case
            when
                given.first_name_key is not null and other_given.first_name_key is not null
                and nicknames.first_name_key is null
                then ' ' || near.first_name_key || ' ' not like '% ' || far.first_name_key || ' %'
                    and ' ' || far.first_name_key || ' '
                    not like '% ' || near.first_name_key || ' %'
            else false
        end as is_other_name,
        {{ near_distance('first_name_key') }} as first_name_distance,
        {{ near_distance('last_name_key') }} as last_name_distance,
        {{ near_distance('birth_date_key') }} as birth_date_distance,
        {{ near_distance('document_key') }} as document_distance,
        {{ near_distance('street_key') }} as street_distance,
        case
            when
                (
                    near.first_name_key <> far.first_name_key
                    or near.last_name_key <> far.last_name_key
                )
                and (
                    substr(near.first_name_key, 1, 1) = substr(far.last_name_key, 1, 1)
                    or substr(near.last_name_key, 1, 1)
                    = substr(far.first_name_key, 1, 1)
                )
                then {{ edit_distance(
                    "near.first_name_key || ' ' || near.last_name_key",
                    "far.last_name_key || ' ' || far.first_name_key"
                ) }} <= 2
        end as is_swapped
    from pairs
    inner join {{ ref('int_folded_records') }} as near on pairs.left_key = near.record_key
    inner join {{ ref('int_folded_records') }} as far on pairs.right_key = far.record_key
    left join {{ ref('int_nicknames') }} as nicknames
        on
            near.first_name_key = nicknames.first_name_key
            and far.first_name_key = nicknames.other_first_name_key
    left join {{ ref('int_given_names') }} as given
        on {{ differing_name('near', 'far') }} = given.first_name_key
    left join {{ ref('int_given_names') }} as other_given
        on {{ differing_name('far', 'near') }} = other_given.first_name_key
    left join {{ ref('int_name_bits') }} as first_names
        on near.first_name_key = first_names.name_key and first_names.name_type = 'first'
    left join {{ ref('int_name_bits') }} as last_names
        on near.last_name_key = last_names.name_key and last_names.name_type = 'last'
    cross join unseen_names
),

levels as (
    select
        left_key,
        right_key,
        rules,
        is_gone,
        first_name_bits,
        last_name_bits,
        -- A company that names nobody goes to one of its contacts only.
        is_near_nameless or coalesce(is_near_company and is_own_company, false)
            as is_left_nameless,
        is_far_nameless or coalesce(is_far_company and is_own_company, false)
            as is_right_nameless,
        coalesce(is_gender_different, false) as is_gender_different,
        coalesce(is_initial_same, false) and not is_other_name as is_initial_same,
        coalesce(is_near_company and is_far_company or is_own_company, false) as is_company,
        case
            when first_name is null or other_first_name is null then 0
            when first_name = other_first_name then 5
            -- Lea and Lena of one birth date and home are twins; Marie and Maria are one.
            when
                is_other_name and is_one_home and last_name = other_last_name
                and birth_date = other_birth_date and length(birth_date) = 8
                and {{ consonants('first_name') }} <> {{ consonants('other_first_name') }}
                then 1
            -- Michel and Michele are a couple, unless they were born on one day (one year, or one
            -- birthday, is a couple's as well); Magali and Magalie are one name in two spellings, as
            -- the nicknames say.
            when
                is_other_name
                and {{ differs_in_birth_date('birth_date', 'other_birth_date') }}
                and (first_name || 'e' = other_first_name or other_first_name || 'e' = first_name)
                then 1
            when is_swapped or {{ is_typo('first_name') }} then 4
            when is_other_name then 1
            when first_name_distance * 3 <= greatest(length(first_name), length(other_first_name)) then 3
            when is_nickname or {{ is_short_for('first_name', 'other_first_name') }}
                or {{ is_short_for('other_first_name', 'first_name') }}
                then 2
            else 1
        end as first_name,
        case
            when last_name is null or other_last_name is null then 0
            when last_name = other_last_name then 5
            when is_swapped or {{ is_typo('last_name') }}
                or is_compound
                and replace(last_name, ' ', '') = replace(other_last_name, ' ', '')
                or last_name = other_birth_name or birth_name = other_last_name
                or birth_name = other_birth_name
                or is_own_company
                then 4
            when last_name_distance * 3 <= greatest(length(last_name), length(other_last_name)) then 3
            when
                is_compound and (
                    ' ' || last_name || ' ' like '% ' || other_last_name || ' %'
                    or ' ' || other_last_name || ' ' like '% ' || last_name || ' %'
                )
                then 2
            else 1
        end as last_name,
        case
            when birth_date is null or other_birth_date is null then 0
            -- Of one of the two the year alone is known, or all but the year.
            when
                4 in (length(birth_date), length(other_birth_date))
                or least(birth_date, other_birth_date) < '0001'
                then case
                    when {{ is_slip('birth_date') }} or {{ is_slip('other_birth_date') }} then 0
                    -- A year alone: one year or digit apart is nobody else, nor a proof.
                    when least(birth_date, other_birth_date) >= '0001'
                        then case {{ edit_distance(
                            'substr(birth_date, 1, 4)', 'substr(other_birth_date, 1, 4)'
                        ) }} when 0 then 2 when 1 then 0 else 1 end
                    -- Of one the year alone, of the other all but the year.
                    when 4 in (length(birth_date), length(other_birth_date)) then 0
                    -- Birthdays without a year.
                    when substr(birth_date, 5) = substr(other_birth_date, 5) then 3
                    when {{ edit_distance('substr(birth_date, 5)', 'substr(other_birth_date, 5)') }} = 1
                        or substr(birth_date, 5, 2) = substr(other_birth_date, 7, 2)
                        and substr(birth_date, 7, 2) = substr(other_birth_date, 5, 2)
                        then 0
                    else 1
                end
            when birth_date = other_birth_date then 5
            when
                birth_date_distance = 1
                or substr(birth_date, 1, 4) = substr(other_birth_date, 1, 4)
                and substr(birth_date, 5, 2) = substr(other_birth_date, 7, 2)
                and substr(birth_date, 7, 2) = substr(other_birth_date, 5, 2)
                then 4
            when
                substr(birth_date, 5, 4) = substr(other_birth_date, 5, 4)
                or substr(birth_date, 1, 6) = substr(other_birth_date, 1, 6)
                or substr(birth_date, 1, 4) = substr(other_birth_date, 1, 4)
                and substr(birth_date, 7, 2) = substr(other_birth_date, 7, 2)
                then 3
            when birth_date_distance = 2 then 2
            when {{ is_slip('birth_date') }} or {{ is_slip('other_birth_date') }} then 0
            -- A father and a son of one name and home are a generation apart; who is not
            -- is one person, and one of the two dates is wrong.
            when
                (is_one_home or {{ shares_rule(1) }} or {{ shares_rule(2) }})
                and first_name = other_first_name
                and (last_name = other_last_name or {{ is_typo('last_name') }})
                and {{ is_one_generation('birth_date', 'other_birth_date') }}
                then 2
            else 1
        end as birth_date,
        -- What two records share is told by its rule: a value that it refused (a store's, a family's)
        -- proves nothing.
        case
            when {{ shares_rule(1) }} then 5
            when coalesce(email = other_email, true) then 0
            -- One name at two providers says what the names have said; a number apart
            -- or a dot, it is another customer of the provider: only a letter is a typo.
            when substr(email, 1, 1) = substr(other_email, 1, 1)
                and split_part(email, '@', 1) = split_part(other_email, '@', 1)
                then 0
            when
                length(email) >= 12 and abs(length(email) - length(other_email)) <= 2
                and {{ edit_distance('email', 'other_email') }} <= 2
                and {{ replace_pattern('email', '[^0-9]', '') }}
                = {{ replace_pattern('other_email', '[^0-9]', '') }}
                and {{ replace_pattern('email', '[^a-z]', '') }}
                <> {{ replace_pattern('other_email', '[^a-z]', '') }}
                then 4
            else 1
        end as email,
        case
            when {{ shares_rule(2) }} then 5
            when coalesce(phone = other_phone, true) then 0
            -- One of them is in no numbering plan, perhaps for a typo.
            when phone like '+%' and other_phone not like '+%' then 0
            when phone not like '+%' and other_phone like '+%' then 0
            when
                length(phone) = length(other_phone)
                -- One digit apart, one half is the same.
                and (
                    substr(phone, 1, 6) = substr(other_phone, 1, 6)
                    or substr(phone, 7) = substr(other_phone, 7)
                )
                and {{ edit_distance('phone', 'other_phone') }} <= 1
                then 4
            else 1
        end as phone,
        case
            when {{ shares_rule(4) }} then 5
            when coalesce(card = other_card, true) then 0
            else 1
        end as card,
        case
            when {{ shares_rule(8) }} then 5
            when coalesce(document = other_document, true) then 0
            when document_distance <= 2 and length(document) >= 6 then 4
            else 1
        end as document,
        case
            when street is null or other_street is null then 0
            when street = other_street then 5
            when street_distance * 4 <= greatest(length(street), length(other_street)) and is_number_same then 4
            when is_numbered and is_number_same then 3
            when street_distance * 4 <= greatest(length(street), length(other_street)) then 2
            else 1
        end as street,
        case
            when coalesce(postcode, city) is null or coalesce(other_postcode, other_city) is null
                then 0
            when
                postcode = other_postcode
                and (city = other_city or city is null or other_city is null)
                then 5
            when postcode = other_postcode or city = other_city then 4
            when
                length(postcode) = length(other_postcode)
                and {{ edit_distance('postcode', 'other_postcode') }} <= 1
                or length(city) > 4 and abs(length(city) - length(other_city)) <= 2
                and {{ edit_distance('city', 'other_city') }} <= 2
                then 3
            else 1
        end as place
    from measured
)

select
    *,
    first_name + 6 * last_name + 36 * birth_date + 216 * email + 1296 * phone
    + 7776 * card + 46656 * document + 279936 * street + 1679616 * place as pattern_key,
    {{ run_time() }} as changed_at
from levels
{% endmacro %}

{#- The distance where it can be at most 3, else null. -#}
{% macro near_distance(column) -%}
    case
        when near.{{ column }} <> far.{{ column }}
            and abs(length(near.{{ column }}) - length(far.{{ column }})) <= 3
            then nullif({{ edit_distance('near.' ~ column, 'far.' ~ column) }}, 4)
    end
{%- endmacro %}

{#- The first name of one record where the other has another, else null. -#}
{% macro differing_name(one, other) -%}
    case
        when {{ one }}.first_name_key <> {{ other }}.first_name_key
            then {{ one }}.first_name_key
    end
{%- endmacro %}

{#- The consonants of a name as they sound: mt for Mathieu and Matthieu, frnk for Franck and Frank. -#}
{% macro consonants(name) -%}
    {%- set heard = namespace(text="translate(" ~ name ~ ", 'cqz', 'kks')") -%}
    {%- for letter in 'bdfgklmnprst' -%}
        {%- set heard.text = "replace(" ~ heard.text ~ ", '" ~ letter * 2 ~ "', '" ~ letter ~ "')" -%}
    {%- endfor -%}
    translate({{ heard.text }}, 'aeiouyh ', '')
{%- endmacro %}

{#- One letter wrong where one name has four or more, or two letters that changed places. -#}
{% macro is_typo(name) -%}
    ({{ name }}_distance = 1 and length({{ name }}) + length(other_{{ name }}) > 6
    or {{ name }}_distance = 2 and length({{ name }}) = length(other_{{ name }})
    and translate({{ name }}, other_{{ name }}, '') = ''
    and translate(other_{{ name }}, {{ name }}, '') = '')
{%- endmacro %}

{#-
    Whether the second first name is short for the first: its start (Steph), its last part (Claude
    for Jean-Claude), its initials (J.-C.; of the J. C. who writes one name, the second is not told).
-#}
{% macro is_short_for(name, short_name) -%}
    ({{ name }} like '% ' || {{ short_name }}
    or is_initial_same and (
        length({{ short_name }}) = 1
        or length({{ short_name }}) > 2
            and replace({{ name }}, ' ', '') like replace({{ short_name }}, ' ', '') || '%'
        or {{ short_name }} like '_ _'
            and ({{ name }} not like '% %' or {{ name }} like '% ' || substr({{ short_name }}, 3) || '%')
    ))
{%- endmacro %}
