{#- What `python -m activation` asks before it publishes: the models, seeds and data tests that have
    begun, failed or were skipped since they last passed. A build that was killed leaves what it
    had begun; a build of some nodes settles those and no others. -#}
{% macro note_build_begun() -%}
    {%- if is_a_build() -%}
        create schema if not exists activation;
        create table if not exists activation.unfinished (node text, status text);
        {%- set begun = [] -%}
        {%- for node in selected_resources if node.split('.')[0] in ('model', 'seed', 'test')
            and graph.nodes[node].config.materialized != 'ephemeral' -%}
            {%- do begun.append((node, 'begun')) -%}
        {%- endfor -%}
        {{ replace_unfinished(begun, begun) }}
    {%- endif -%}
{%- endmacro %}

{% macro note_build_ended() -%}
    {%- if is_a_build() -%}
        {%- set ended = [] -%}
        {%- set unwell = [] -%}
        {%- for result in results if result.node.resource_type in ('model', 'seed', 'test') -%}
            {%- set node = (result.node.unique_id, result.status | string) -%}
            {%- do ended.append(node) -%}
            {%- if node[1] not in ('success', 'pass', 'warn', 'no-op') -%}
                {%- do unwell.append(node) -%}
            {%- endif -%}
        {%- endfor -%}
        {#- what the project no longer has cannot pass any more -#}
        {%- for row in run_query('select node from activation.unfinished')
            if row[0] not in graph.nodes -%}
            {%- do ended.append((row[0], 'gone')) -%}
        {%- endfor -%}
        {{ replace_unfinished(ended, unwell) }}
    {%- endif -%}
{%- endmacro %}

{% macro replace_unfinished(gone, come) -%}
    {%- if gone %}
        delete from activation.unfinished
        where node in ('{{ gone | map('first') | join("', '") }}');
    {%- endif %}
    {%- if come %}
        insert into activation.unfinished values
        {%- for node, status in come %}
            ('{{ node }}', '{{ status }}'){{ ';' if loop.last else ',' }}
        {%- endfor %}
    {%- endif %}
{%- endmacro %}

{#- A preview builds beside what is published; compiling and documenting build nothing. -#}
{% macro is_a_build() -%}
    {{ return(
        execute
        and flags.WHICH in ('build', 'run', 'test', 'seed', 'retry')
        and not var('is_identity_preview')
    ) }}
{%- endmacro %}
