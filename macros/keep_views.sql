{#- PostgreSQL drops, with a table that is built anew, the views that read it: to build one layer takes
    away views of the next. What a run finds it notes, and what it has not built itself it makes
    again at its end, on the new tables; a view that these do not suit waits for its own build. -#}
{% macro note_views() -%}
    {{ return(adapter.dispatch('note_views')()) }}
{%- endmacro %}

{% macro default__note_views() %}{% endmacro %}

{% macro postgres__note_views() -%}
{%- set names = [] -%}
{%- for node in (graph.nodes.values() if execute else []) if node.config.materialized == 'view' -%}
    {%- do names.append("'" ~ node.schema ~ "." ~ node.name ~ "'") -%}
{%- endfor -%}
{%- if names and is_a_build() %}
create schema if not exists {{ target.schema }};
create table if not exists {{ target.schema }}.noted_views (place bigint, view text, definition text);
-- What a killed run has not made again is still to be made.
delete from {{ target.schema }}.noted_views where to_regclass(view) is not null;
insert into {{ target.schema }}.noted_views
select classes.oid, schemaname || '.' || viewname, definition
from pg_views
inner join pg_class as classes on classes.oid = to_regclass(schemaname || '.' || viewname)
where schemaname || '.' || viewname in ({{ names | join(', ') }})
{%- endif %}
{%- endmacro %}

{% macro restore_views() -%}
    {{ return(adapter.dispatch('restore_views')()) }}
{%- endmacro %}

{% macro default__restore_views() %}{% endmacro %}

{% macro postgres__restore_views() -%}
{%- if execute and is_a_build() %}
do $$
declare noted record;
begin
    -- a view is made after those that it reads
    for noted in select * from {{ target.schema }}.noted_views order by place loop
        if to_regclass(noted.view) is null then
            begin
                execute 'create view ' || noted.view || ' as ' || noted.definition;
            exception when others then
                raise notice '% waits for its own build: %', noted.view, sqlerrm;
            end;
        end if;
    end loop;
    delete from {{ target.schema }}.noted_views;
end $$
{%- endif %}
{%- endmacro %}
