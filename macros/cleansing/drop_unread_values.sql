{#-
    Before a run adds the values that it reads: what the table says of them, and what nobody writes any more, goes; of that
    no trace is kept.
-#}
{% macro drop_unread_values(unread, columns, written) -%}
    {%- if is_incremental() -%}
        delete from {{ this }} as kept
        where exists (
            select 1 from {{ unread }} as unread
            where {% for column in columns -%}
                kept.{{ column }} = unread.{{ column }}{{ ' and ' if not loop.last }}
            {%- endfor %}
        );
        delete from {{ unread }} where is_gone
    {%- elif flags.FULL_REFRESH -%}
        {{ expect_all(unread, written) }}
    {%- endif -%}
{%- endmacro %}
