{#-
    What two records, `near` and `far`, of one component say against being one person; null when
    nothing. The columns are those of the faces in int_conflicts.
-#}
{% macro contradiction(near, far) -%}
    case
        -- A number that both have says more than a name or a date; 12 is no typo of 47.
        when {{ near }}.document_key = {{ far }}.document_key
            or length({{ near }}.document_key) >= 6
            and {{ edit_distance(near ~ '.document_key', far ~ '.document_key') }} <= 2
            then null
        -- No two parts of the date are the same; of a year alone, or without the year, nobody knows.
        when {{ near }}.has_namesakes
            and length({{ near }}.birth_date_key) > 4 and length({{ far }}.birth_date_key) > 4
            and least({{ near }}.birth_date_key, {{ far }}.birth_date_key) >= '0001'
            and substr({{ near }}.birth_date_key, 5, 4) <> substr({{ far }}.birth_date_key, 5, 4)
            and substr({{ near }}.birth_date_key, 1, 6) <> substr({{ far }}.birth_date_key, 1, 6)
            and (
                substr({{ near }}.birth_date_key, 1, 4) <> substr({{ far }}.birth_date_key, 1, 4)
                or substr({{ near }}.birth_date_key, 7) <> substr({{ far }}.birth_date_key, 7)
            )
            and {{ edit_distance(near ~ '.birth_date_key', far ~ '.birth_date_key') }} > 2
            and not {{ is_slip(near ~ '.birth_date_key') }}
            and not {{ is_slip(far ~ '.birth_date_key') }}
            -- One name less than a generation apart: one of the two dates is wrong.
            and not (
                coalesce({{ near }}.first_name_key = {{ far }}.first_name_key, false)
                and {{ is_one_generation(near ~ '.birth_date_key', far ~ '.birth_date_key') }}
            )
            then 'two birth dates'
        when {{ near }}.gender <> {{ far }}.gender
            and {{ near }}.first_name_key <> {{ far }}.first_name_key
            then 'two sexes and first names'
        -- Marie-Claude and Marie-Christine, whom M.-C. or Marie may have brought together: people bear
        -- both, and neither is the start of the other. Others that differ are mostly one person's.
        when {{ compound_name(near ~ '.given_name_key') }}
            <> {{ compound_name(far ~ '.given_name_key') }}
            and substr({{ near }}.first_name_key, 1, 1) = substr({{ far }}.first_name_key, 1, 1)
            and {{ near }}.first_name_key not like {{ far }}.first_name_key || '%'
            and {{ far }}.first_name_key not like {{ near }}.first_name_key || '%'
            and {{ differs_in_birth_date(near ~ '.birth_date_key', far ~ '.birth_date_key') }}
            and {{ edit_distance(near ~ '.first_name_key', far ~ '.first_name_key') }} > 2
            then 'two compound first names'
        when {{ near }}.has_many_surnames
            and {{ near }}.last_name_key <> {{ far }}.last_name_key
            and {{ differs_in_birth_date(near ~ '.birth_date_key', far ~ '.birth_date_key') }}
            and {{ edit_distance(near ~ '.last_name_key', far ~ '.last_name_key') }} > 2
            then 'too many surnames'
        -- Whom their company brought together; its own record has no first name.
        when {{ near }}.company_key = {{ far }}.company_key
            and {{ near }}.first_name_key not in ({{ far }}.first_name_key, {{ far }}.last_name_key)
            and {{ near }}.last_name_key <> {{ far }}.last_name_key
            and {{ differs_in_birth_date(near ~ '.birth_date_key', far ~ '.birth_date_key') }}
            and {{ edit_distance(near ~ '.first_name_key', far ~ '.first_name_key') }} > 2
            and {{ edit_distance(near ~ '.last_name_key', far ~ '.last_name_key') }} > 2
            then 'two contacts of one company'
    end
{%- endmacro %}

{#- Not both of one day: a year alone is many people's, and so is a day without its year. -#}
{% macro differs_in_birth_date(birth_date, other_birth_date) -%}
    coalesce(
        {{ birth_date }} <> {{ other_birth_date }}
        or length({{ birth_date }}) < 8 or {{ birth_date }} < '0001', true
    )
{%- endmacro %}

{#- A first name of two written parts, else null: no initials, which are short for several. -#}
{% macro compound_name(name) -%}
    case when {{ name }} like '__% __%' then {{ name }} end
{%- endmacro %}

{#- Whether two of the records of a component may contradict each other; an aggregate. -#}
{% macro may_contradict(records) -%}
    min({{ records }}.birth_date_key) <> max({{ records }}.birth_date_key)
    or min({{ records }}.gender) <> max({{ records }}.gender)
    and min({{ records }}.first_name_key) <> max({{ records }}.first_name_key)
    or min({{ compound_name(records ~ '.first_name_key') }})
    <> max({{ compound_name(records ~ '.first_name_key') }})
    or min({{ records }}.last_name_key) <> max({{ records }}.last_name_key)
    and (
        count(*) > {{ var('identity_surname_limit') }}
        or count({{ records }}.company_key) > 1
        and min({{ records }}.first_name_key) <> max({{ records }}.first_name_key)
    )
{%- endmacro %}
