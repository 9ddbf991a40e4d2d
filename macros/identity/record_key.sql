{#-
    The key of a record: 60 bits of a hash of its id, so that it is the same in every build and on
    every engine, and two records with neighbouring keys are strangers. Two ids on one key, one
    chance in 200,000 among three million records, fail the test of int_match_records.
-#}
{% macro record_key(record_id) -%}
    {{ return(adapter.dispatch('record_key')(record_id)) }}
{%- endmacro %}

{% macro default__record_key(record_id) %}
    {{ exceptions.raise_compiler_error('record_key is not written for this engine') }}
{% endmacro %}

{% macro duckdb__record_key(record_id) -%}
    cast('0x' || substr(md5({{ record_id }}), 1, 15) as bigint)
{%- endmacro %}

{% macro postgres__record_key(record_id) -%}
    cast(cast('x0' || substr(md5({{ record_id }}), 1, 15) as bit(64)) as bigint)
{%- endmacro %}
