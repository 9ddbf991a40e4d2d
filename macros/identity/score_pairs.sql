{#-
    Scores are tenths of bits: how far the evidence moves the odds that two records are one person.
    `comparisons` is a relation with the columns of compare_records.
-#}
{% macro score_pairs(comparisons) %}
with

weights as (
    select * from {{ ref('int_weights') }}
),

patterns as (
    select distinct pattern_key from {{ comparisons }}
    where not is_gone
),

pattern_scores as (
    select
        patterns.pattern_key,
        cast(sum(case
            -- The value's own frequency, kept on the record, stands in for the average u.
            when levels.is_weighed_by_frequency then round(10 / ln(2) * ln(weights.m))
            else weights.weight
        end) as integer) as score
    from patterns
    cross join {{ ref('identity_attributes') }} as attributes
    inner join weights
        on
            attributes.attribute = weights.attribute
            and {{ pattern_level('patterns') }} = weights.level
    inner join {{ ref('identity_comparison_levels') }} as levels
        on weights.attribute = levels.attribute and weights.level = levels.level
    group by patterns.pattern_key
)

select
    comparisons.*,
    pattern_scores.score + prior_odds.weight
    + {{ name_bits('comparisons') }}
        as score
from {{ comparisons }} as comparisons
inner join pattern_scores on comparisons.pattern_key = pattern_scores.pattern_key
inner join weights as prior_odds on prior_odds.attribute = 'prior'
where not comparisons.is_gone
{% endmacro %}

{#- What the very names of a pair say where they are the same, in tenths of bits. -#}
{% macro name_bits(pairs) -%}
    case when {{ pairs }}.first_name = 5 then {{ pairs }}.first_name_bits else 0 end
    + case when {{ pairs }}.last_name = 5 then {{ pairs }}.last_name_bits else 0 end
{%- endmacro %}
