{#- Whether this run replaces a part of the table only. -#}
{% macro is_kept_in_parts() %}
    {% if config.get('part_key') is none or should_full_refresh() %}
        {{ return(false) }}
    {% endif %}
    {% set kept = load_cached_relation(this) %}
    {{ return(kept is not none and kept.is_table) }}
{% endmacro %}
