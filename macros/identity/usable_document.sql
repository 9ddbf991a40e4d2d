{#- Another number of a record as a key, null where it is on too many people: it proves nothing. -#}
{% macro usable_document(records) -%}
    case
        when {{ hash_key(records ~ '.document_key') }} not in (
            select refused.block_hash
            from {{ ref('int_blocks') }} as refused
            where refused.rule = 8 and refused.refusal is not null
        )
            then {{ records }}.document_key
    end
{%- endmacro %}
