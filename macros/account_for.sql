{% macro account_for(
    source, table_name, rows, found_in, found_key, key, reason='null', parent=none,
    parent_key=none
) -%}
    select
        '{{ source }}' as source,
        '{{ table_name }}' as table_name,
        coalesce(
            {{ reason }},
            case when found_rows.found_key is not null then '{{ found_in.name }}' end
            {%- if parent %},
            case when parent_rows.parent_key is null then 'left out with its parent' end
            {%- endif %}
        ) as outcome,
        count(*) as row_count
    from {{ rows }} as raw_rows
    left outer join (
        select distinct {{ found_key }} as found_key
        from {{ found_in }}
    ) as found_rows
        on {{ key }} = found_rows.found_key
    {%- if parent %}
    left outer join (
        select distinct {{ parent_key }} as parent_key
        from {{ parent }}
    ) as parent_rows
        on {{ parent_key }} = parent_rows.parent_key
    {%- endif %}
    group by 3
{%- endmacro %}
