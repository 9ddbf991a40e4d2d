{#-
    Whether two fields of a name, as rows of int_name_forms, name a company: by themselves, or a word of companies in one
    (SARL, Garage) and its name in the other. Such a word may be a last name, where the other field is somebody's first name;
    where all is in capitals, SAS DUPONT is a company and SA LIU may be a person.
-#}
{% macro names_company(given, family) -%}
    coalesce(
        {{ given }}.is_company or {{ family }}.is_company
        or (
            {{ given }}.is_company_word
            or {{ given }}.may_be_company_word
            and (
                not {{ given }}.is_last_name_too
                or {{ family }}.name_text <> upper({{ family }}.name_text)
                or {{ family }}.last_name_per_million > 0
                and {{ family }}.first_name_per_million < {{ var('first_name_bearers') }}
            )
        )
        and not {{ family }}.is_placeholder
        or {{ family }}.is_company_word and not {{ given }}.is_placeholder
        or {{ family }}.may_be_company_word and {{ given }}.last_name_per_million > 0
        and {{ given }}.first_name_per_million < {{ var('first_name_bearers') }},
        false
    )
{%- endmacro %}
