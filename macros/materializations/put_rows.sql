{#- The last step: the rows of a part, or of the whole table. Returns the relation. -#}
{% macro put_rows(query) %}
    {% if config.get('part_key') is none %}
        {{ return(replace_table(query)) }}
    {% endif %}
    {% set marked = 'select part.*, ' ~ run_time() ~ ' as changed_at from (' ~ query ~ ') as part' %}
    {% if not is_kept_in_parts() %}
        {{ return(replace_table(marked)) }}
    {% endif %}
    {% do create_scratch_table('part', marked) %}
    {% call statement('main') -%}
        delete from {{ this }} where {{ is_affected(config.get('part_key')) }};
        insert into {{ this }} select * from {{ scratch_table('part') }}
    {%- endcall %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do adapter.commit() %}
    {% do drop_scratch_table('part') %}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return(this.incorporate(type='table')) }}
{% endmacro %}
