{#-
    A text folded for comparison: lower case, no accents, punctuation as single blanks, null when
    nothing is left. Letters outside the Latin script are kept; their text is folded with
    `translate` rather than an engine's own unaccent, so that every engine folds alike.
-#}
{% macro match_key(text) -%}
    {%- set folded -%}
    replace(replace(replace(translate(
        lower({{ text }}),
        'àáâãäåāăąçćčďèéêëēėęěğìíîïīįıłñńňòóôõöøōőřśšşșťţțùúûüūůűýÿžźżÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝ''’`´.,;:/\_-()"&+*#°',
        'aaaaaaaaacccdeeeeeeeegiiiiiiilnnnoooooooorsssstttuuuuuuuyyzzzaaaaaaceeeeiiiinoooooouuuuy                    '
    ), 'œ', 'oe'), 'æ', 'ae'), 'ß', 'ss')
    {%- endset -%}
    case
        when {{ matches_pattern(text, '^[A-Za-z0-9]+( [A-Za-z0-9]+)*$') }} then lower({{ text }})
        when {{ matches_pattern(strip_accents(text), '^[ -~]*$') }}
            then lower({{ text_key(text) }})
        else nullif(trim({{ replace_pattern(folded, '[[:space:]]+', ' ') }}), '')
    end
{%- endmacro %}
