{#- What `python -m activation` asks before it publishes: the models, seeds and data tests that have
    begun, failed or were skipped since they last passed. A build that was killed leaves what it
    had begun; a build of some nodes settles those and no others. -#}
{% macro note_build_begun() %}
{%- set begun = {} -%}
{#- a parse in a process that has built before still sees what that one selected -#}
{%- for node in (selected_resources if execute else [])
    if node.split('.')[0] in ('model', 'seed', 'test')
    and graph.nodes[node].config.materialized != 'ephemeral' -%}
    {%- do begun.update({node: 'begun'}) -%}
{%- endfor -%}
{%- if is_a_build() %}
create schema if not exists activation;
create table if not exists activation.unfinished (node text, status text);
{{ replace_unfinished(begun, begun) }}
{%- endif %}
{% endmacro %}

{% macro note_build_ended() %}
{%- set ended = {} -%}
{%- set unwell = {} -%}
{%- for result in results -%}
    {%- do ended.update({result.node.unique_id: result.status | string}) -%}
    {%- if result.status | string not in ('success', 'pass', 'warn', 'no-op')
        and result.node.resource_type in ('model', 'seed', 'test') -%}
        {%- do unwell.update({result.node.unique_id: result.status | string}) -%}
    {%- endif -%}
{%- endfor -%}
{%- if is_a_build() -%}
    {#- what the project no longer has cannot pass any more -#}
    {%- for row in run_query('select node from activation.unfinished')
        if row[0] not in graph.nodes -%}
        {%- do ended.update({row[0]: 'gone'}) -%}
    {%- endfor -%}
    {{ replace_unfinished(ended, unwell) }}
{%- endif -%}
{% endmacro %}

{#- `gone` and `come`: status by node. -#}
{% macro replace_unfinished(gone, come) %}
{%- set rows = [] -%}
{%- for node, status in come.items() -%}
    {%- do rows.append("('" ~ node ~ "', '" ~ status ~ "')") -%}
{%- endfor -%}
delete from activation.unfinished where node in ('{{ gone.keys() | join("', '") }}');
{% if rows -%}
insert into activation.unfinished values {{ rows | join(', ') }};
{%- endif %}
{% endmacro %}

{#- A preview builds beside what is published; compiling and documenting build nothing. -#}
{% macro is_a_build() -%}
    {{ return(
        execute
        and flags.WHICH in ('build', 'run', 'test', 'seed', 'retry')
        and not var('is_identity_preview')
    ) }}
{%- endmacro %}
