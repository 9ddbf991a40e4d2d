{#- Ligatures and struck letters, which are not a letter and an accent, as plain letters. -#}
{% macro spell_out_letters(text) -%}
    translate(
        replace(replace(replace(replace(replace({{ text }},
            'œ', 'oe'), 'Œ', 'OE'), 'æ', 'ae'), 'Æ', 'AE'), 'ß', 'ss'),
        'øØłŁđĐı', 'oOlLdDi'
    )
{%- endmacro %}
