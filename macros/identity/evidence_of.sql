{#-
    What pair_evidence says, for any two records, whether rules found them or not, what they are scored
    and what refuses them, by the macros that a build compares and judges with. `pairs` is a query in
    brackets of left_key and right_key, the smaller one first.
-#}
{% macro evidence_of(pairs) %}
with

asked as (
    {{ compare_records('(
        select
            wanted.left_key,
            wanted.right_key,
            coalesce(max(candidates.rules), ' ~ sum_rules('coalesce(far.mark, 0)') ~ ') as rules,
            false as is_gone
        from ' ~ pairs ~ ' as wanted
        left join ' ~ ref('int_candidate_pairs') ~ ' as candidates
            on wanted.left_key = candidates.left_key and wanted.right_key = candidates.right_key
            and not candidates.is_gone
        left join ' ~ ref('int_star_members') ~ ' as near on wanted.left_key = near.record_key
        left join ' ~ ref('int_star_members') ~ ' as far
            on wanted.right_key = far.record_key
            and (near.mark, near.block_hash) = (far.mark, far.block_hash)
        group by wanted.left_key, wanted.right_key
    ) as wanted') }}
),

evidence as (
    {{ pair_evidence('asked') }}
),

scored as (
    {{ score_pairs('asked') }}
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
inner join judged
    on evidence.left_key = judged.left_key and evidence.right_key = judged.right_key
left join {{ ref('identity_refusals') }} as refusals
    on judged.first_refusal = refusals.refusal
{% endmacro %}
