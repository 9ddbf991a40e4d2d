{#-
    A text folded for comparison: lower case, no accents, punctuation as single blanks, null when
    nothing is left. Written with `translate` rather than an engine's own unaccent, so that every
    engine folds alike. Letters outside the Latin script are kept.
-#}
{% macro match_key(text) -%}
    {%- set folded -%}
    replace(replace(replace(translate(
        lower({{ text }}),
        'àáâãäåāăąçćčďèéêëēėęěğìíîïīįıłñńňòóôõöøōőřśšşșťţțùúûüūůűýÿžźżÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝ''’`´.,;:/\_-()"&+*#°',
        'aaaaaaaaacccdeeeeeeeegiiiiiiilnnnoooooooorsssstttuuuuuuuyyzzzaaaaaaceeeeiiiinoooooouuuuy                    '
    ), 'œ', 'oe'), 'æ', 'ae'), 'ß', 'ss')
    {%- endset -%}
    nullif(trim({{ replace_pattern(folded, '[[:space:]]+', ' ') }}), '')
{%- endmacro %}
