{#-
    Before a run adds what it has read: what the table holds of that, and of what has gone, goes. `columns` are the key of
    both. To make the table anew, all that is `written` has to be unread.
-#}
{% macro drop_unread(unread, columns, written) -%}
    {%- if is_incremental() -%}
        delete from {{ this }} as kept
        where exists (
            select 1 from {{ unread }} as unread
            where {% for column in columns -%}
                kept.{{ column }} = unread.{{ column }}{{ ' and ' if not loop.last }}
            {%- endfor %}
        )
    {%- elif flags.FULL_REFRESH -%}
        {{ expect_all(unread, written) }}
    {%- endif -%}
{%- endmacro %}
