{#-
    PostgreSQL drops, with a table that is built anew, the views that read it: to build
    one layer takes away views of the next. A build notes those it finds, by its
    invocation, and restore_views makes again what it has not built itself.
-#}
{% macro note_views() -%}
    {{ return(adapter.dispatch('note_views')()) }}
{%- endmacro %}

{% macro default__note_views() %}{% endmacro %}

{% macro postgres__note_views() -%}
{%- set names = [] -%}
{%- for node in (graph.nodes.values() if execute else [])
    if node.config.materialized == 'view' -%}
    {%- do names.append("'" ~ node.schema ~ "." ~ node.alias ~ "'") -%}
{%- endfor -%}
{%- if names and is_a_build() %}
create schema if not exists {{ target.schema }};
create table if not exists {{ target.schema }}.view_notes (
    invocation text, noted_at timestamp, place bigint, view text, definition text
);
insert into {{ target.schema }}.view_notes
select
    '{{ invocation_id }}',
    {{ run_time() }},
    classes.oid,
    views.schemaname || '.' || views.viewname,
    views.definition
from pg_views as views
inner join pg_class as classes
    on classes.oid = to_regclass(views.schemaname || '.' || views.viewname)
where views.schemaname || '.' || views.viewname in ({{ names | join(', ') }})
{%- endif %}
{%- endmacro %}
