{#- A bigint with the bits of a mask flipped; flipped twice, it is itself again. -#}
{% macro flip_bits(key, mask) -%}
    {{ return(adapter.dispatch('flip_bits')(key, mask)) }}
{%- endmacro %}

{% macro default__flip_bits(key, mask) %}
    {{ exceptions.raise_compiler_error('flip_bits is not written for this engine') }}
{% endmacro %}

{% macro duckdb__flip_bits(key, mask) -%}
    xor({{ key }}, {{ mask }})
{%- endmacro %}

{% macro postgres__flip_bits(key, mask) -%}
    ({{ key }} # {{ mask }})
{%- endmacro %}
