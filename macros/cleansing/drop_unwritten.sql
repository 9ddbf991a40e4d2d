{#-
    Before a run adds the values that it reads: those that nobody writes any more go, and all when the rules have
    changed. `columns` are the key of the table, of `written` and of `unread`.
-#}
{% macro drop_unwritten(written, unread, columns) -%}
    {%- set rules = ref('int_cleansing_rules') -%}
    {%- if kept_table(this.identifier, 'rules_hash') -%}
        delete from {{ this }} as kept
        where
            rules_hash <> (select rules_hash from {{ rules }})
            or not exists (
                select 1 from {{ written }} as written
                where {% for column in columns -%}
                    kept.{{ column }} = written.{{ column }}{{ ' and ' if not loop.last }}
                {%- endfor %}
            )
    {%- elif flags.FULL_REFRESH -%}
        {{ expect_all(unread, written) }}
    {%- endif -%}
{%- endmacro %}
