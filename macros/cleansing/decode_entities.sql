{#- Letters that a web form wrote by HTML's names (&eacute; for é, &#39; for an apostrophe), also twice over. -#}
{% macro decode_entities(text) -%}
    {%- set names = [('&amp;', '&'), ('&nbsp;', ' '), ('&quot;', ' '), ('&apos;', "''"), ('&rsquo;', "''"),
        ('&#39;', "''"), ('&#039;', "''"), ('&oelig;', 'œ'), ('&OElig;', 'Œ'), ('&szlig;', 'ß')] -%}
    {%- for mark, plain, marked in [
        ('acute', 'aeiouyAEIOUY', 'áéíóúýÁÉÍÓÚÝ'), ('grave', 'aeiouAEIOU', 'àèìòùÀÈÌÒÙ'),
        ('circ', 'aeiouAEIOU', 'âêîôûÂÊÎÔÛ'), ('uml', 'aeiouyAEIOU', 'äëïöüÿÄËÏÖÜ'),
        ('tilde', 'anoANO', 'ãñõÃÑÕ'), ('cedil', 'cC', 'çÇ')
    ] -%}
        {%- for letter in plain -%}
            {%- do names.append(('&' ~ letter ~ mark ~ ';', marked[loop.index0])) -%}
        {%- endfor -%}
    {%- endfor -%}
    {% for name in names %}replace({% endfor %}{{ text }}
    {%- for name, letter in names %}, '{{ name }}', '{{ letter }}'){% endfor %}
{%- endmacro %}
