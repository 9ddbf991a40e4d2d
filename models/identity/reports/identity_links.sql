-- Every pair worth showing, and every pair that a person has decided on.
with

links as (
    select * from {{ ref('int_decided_links') }}
),

candidates as (
    select
        left_key,
        right_key,
        rules
    from {{ ref('int_links') }}
),

rules as (
    select * from {{ ref('identity_blocking_rules') }}
),

rule_names as (
    select
        found.rules,
        {{ join_texts('rules.name', ', ', 'rules.rule') }} as rule_list
    from (select distinct rules from candidates) as found
    inner join rules on {{ shares_rule('rules.rule', 'found.rules') }}
    group by found.rules
),

identities as (
    select * from {{ ref('customer_identities') }}
)

select
    near.record_id as left_record_id,
    far.record_id as right_record_id,
    near_identities.customer_id as left_customer_id,
    far_identities.customer_id as right_customer_id,
    rule_names.rule_list as rules,
    case
        when links.refusal is not null then 'refused'
        when cuts.left_key is not null then 'cut'
        else 'linked'
    end as outcome,
    coalesce(links.refusal, cuts.reason) as reason,
    refusals.reason as explanation,
    links.decision,
    links.left_key,
    links.right_key,
    components.component_key,
    links.score,
    case
        when near_identities.customer_id = far_identities.customer_id
            then greatest(near_identities.valid_from, far_identities.valid_from)
    end as valid_from
from links
inner join {{ ref('int_match_records') }} as near on links.left_key = near.record_key
inner join {{ ref('int_match_records') }} as far on links.right_key = far.record_key
left join identities as near_identities on near.record_id = near_identities.record_id
left join identities as far_identities on far.record_id = far_identities.record_id
left join candidates
    on
        links.left_key = candidates.left_key
        and links.right_key = candidates.right_key
left join rule_names on candidates.rules = rule_names.rules
left join {{ ref('int_cuts') }} as cuts
    on links.left_key = cuts.left_key and links.right_key = cuts.right_key
left join {{ ref('int_components') }} as components
    on links.left_key = components.node_key
left join {{ ref('identity_refusals') }} as refusals
    on coalesce(links.refusal, cuts.reason) = refusals.refusal
