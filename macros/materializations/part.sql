{#-
    materialized='part': a table whose rows of affected records (see is_affected) are replaced by
    those that the model selects, in one transaction; the others stay. `part_key` names the column
    that holds the record. The table has one column more than the model, `changed_at`: the run that
    made the row. The materialisations that work in rounds do the same for a model with a `part_key`.
-#}
{% materialization part, default %}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {{ return({'relations': [put_rows(sql)]}) }}
{% endmaterialization %}

{#- Whether this run replaces a part of the table only. -#}
{% macro is_kept_in_parts() %}
    {% if config.get('part_key') is none or should_full_refresh() %}
        {{ return(false) }}
    {% endif %}
    {% set kept = load_cached_relation(this) %}
    {{ return(kept is not none and kept.is_table) }}
{% endmacro %}

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
