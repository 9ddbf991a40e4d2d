{#-
    After a build, the views that it found and that were dropped with a table are made
    again on the new tables; one that these do not suit waits for its own build. What a
    killed build noted counts for a day. Another build's notes are left to it.
-#}
{% macro restore_views() -%}
    {{ return(adapter.dispatch('restore_views')()) }}
{%- endmacro %}

{% macro default__restore_views() %}{% endmacro %}

{% macro postgres__restore_views() -%}
{%- if execute and is_a_build() %}
do $$
declare noted record;
begin
    -- a view as it was last, and after those that it reads
    for noted in
        select * from (
            select distinct on (view) * from {{ target.schema }}.view_notes
            order by view, noted_at desc
        ) as latest
        order by place
    loop
        if to_regclass(noted.view) is null then
            begin
                execute 'create view ' || noted.view || ' as ' || noted.definition;
            exception when others then
                raise notice '% waits for its own build: %', noted.view, sqlerrm;
            end;
        end if;
    end loop;
    delete from {{ target.schema }}.view_notes
    where
        invocation = '{{ invocation_id }}'
        or noted_at < {{ run_time() }} - interval '1 day';
end $$
{%- endif %}
{%- endmacro %}
