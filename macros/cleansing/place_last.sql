{#- A French address line's key with its postcode and town at the end: 69003 LYON 12 RUE X is 12 RUE X 69003 LYON,
    12 RUE X 69003 LYON BAT B is 12 RUE X BAT B 69003 LYON. What stands behind the town has to begin like a street,
    a complement or a box, or it is the town's: LA RUE SAINT PIERRE, COSNE COURS SUR LOIRE. No word of it has five
    digits, but a box: the postcode is behind CS 10001 BAT B 2E ETAGE 69003 LYON. BP 69003 is a box. -#}
{% macro place_last(text) -%}
    {%- set street = 'ALL|ALLEES?|AVE?|AVENUE|BL?V?D|BOULEVARD|CITE|CLOS|COUR|ESPLANADE|FG|FAUBOURG|GRANDE RUE|'
        ~ 'IMP|IMPASSE|MONTEE|PARVIS|PASSAGE|PL|PLACE|PROMENADE|QUAI|R|RTE|ROUTE|RUE|RUELLE|SENTIER|SQ|SQUARE|'
        ~ 'TRAVERSE|VENELLE|VILLA' %}
    {%- set complement = 'APPT?|APT|APPARTEMENT|BAT|BATIMENT|CHEZ|DIGICODE|ESC|ESCALIER|HAMEAU|IMM|IMMEUBLE|'
        ~ 'LIEU DIT|LOTISSEMENT|RES|RESIDENCE' %}
    {%- set no_box = '(?:[^PSA]|[^B]P|[^ ]BP|[^C]S|[^ ]CS|[^S]A|[^T]SA|[^ ]TSA) ' %}
    {%- set town = '[0-9]{5} (?:[A-Z]{1,2} )*?[A-Z]{3,}?(?: [A-Z0-9]+?)*?' %}
    {%- set number = '[1-9][0-9]{0,3}( E| ?(BIS|TER|QUATER|[A-DF]))? ' %}
    {%- set box = '(BP|CS|TSA) ?[0-9]+' %}
    {%- set word = '( [0-9]{0,4}([A-Z]+[0-9]{0,4})*)' %}
    {{ replace_pattern(
        text,
        '^((?:.*' ~ no_box ~ ')?)(' ~ town ~ ') (' ~ box ~ '|(' ~ box ~ ' )?(('
        ~ number ~ '(' ~ street ~ '|CHE?|CHEMIN|CRS|COURS)|(' ~ street ~ ') [A-Z]+|' ~ complement ~ ')' ~ word ~ '+|'
        ~ '([0-9]+ ?(ER|E|EME|IEME) )?ETAGE' ~ word ~ '*)( ' ~ box ~ ')?)$',
        '\\1\\3 \\2'
    ) }}
{%- endmacro %}
