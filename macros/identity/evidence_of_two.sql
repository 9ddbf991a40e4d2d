{#-
    What pair_evidence says, for any two records, whether rules found them or not, and what refuses
    them. The smaller key is the left; `rules` is the sum of those that found the two, which tells
    what they share beside their best e-mails and phones.
-#}
{% macro evidence_of_two(left_key, right_key, rules) %}
with

asked as (
    {{ compare_records('(
        select cast(' ~ left_key ~ ' as bigint) as left_key, cast(' ~ right_key ~ ' as bigint) as right_key,
            ' ~ rules ~ ' as rules, false as is_gone
    ) as two') }}
),

evidence as (
    {{ pair_evidence('asked') }}
),

scored as (
    select
        asked.*,
        (select sum(evidence.weight) from evidence) as score
    from asked
),

judged as (
    {{ judge_pairs('scored') }}
)

select
    evidence.*,
    judged.score,
    judged.first_refusal as refusal,
    refusals.reason as explanation
from evidence
cross join judged
left join {{ ref('identity_refusals') }} as refusals
    on judged.first_refusal = refusals.refusal
{% endmacro %}
