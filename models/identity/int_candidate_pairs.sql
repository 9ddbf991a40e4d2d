-- A run looks again for the pairs of changed records and of those in a changed block.
with

touched as (
    select record_key from {{ ref('int_folded_records') }}
    where {{ since_last_run() }}
    union
    select members.record_key
    from {{ ref('int_blocks') }} as blocks
    inner join {{ ref('int_block_members') }} as members
        on blocks.rule = members.rule and blocks.block_hash = members.block_hash
    where not members.is_gone and {{ since_last_run('blocks.shaped_at') }}
),

near as (
    select members.*
    from {{ ref('int_block_members') }} as members
    inner join {{ ref('int_blocks') }} as blocks
        on members.rule = blocks.rule and members.block_hash = blocks.block_hash
    {{ 'inner join touched on members.record_key = touched.record_key'
        if is_incremental() }}
    where blocks.shape = 'pairs' and blocks.record_count > 1 and not members.is_gone
),

met as (
    select
        least(near.record_key, far.record_key) as left_key,
        greatest(near.record_key, far.record_key) as right_key,
        near.rule
    from near
    inner join {{ ref('int_block_members') if is_incremental() else 'near' }} as far
        on
            near.rule = far.rule
            and near.block_hash = far.block_hash
            and near.record_key {{ '<>' if is_incremental() else '<' }} far.record_key
    where not far.is_gone
    union all
    select * from {{ ref('int_stars') }}
    {% if is_incremental() %}
        where
            left_key in (select touched.record_key from touched)
            or right_key in (select touched.record_key from touched)
    {% endif %}
),

pairs as (
    select
        met.left_key,
        met.right_key,
        {{ sum_rules('met.rule + coalesce(nullif(far.mark, met.rule), 0)') }} as rules,
        false as is_gone,
        {{ run_time() }} as changed_at
    from met
    left join {{ ref('int_star_members') }} as near on met.left_key = near.record_key
    left join {{ ref('int_star_members') }} as far
        on
            met.right_key = far.record_key
            and (near.mark, near.block_hash) = (far.mark, far.block_hash)
    group by met.left_key, met.right_key
)

select * from pairs
{% if is_incremental() %}
    union all
    select
        kept.left_key,
        kept.right_key,
        0 as rules,
        true as is_gone,
        {{ run_time() }} as changed_at
    from {{ this }} as kept
    left join pairs
        on kept.left_key = pairs.left_key and kept.right_key = pairs.right_key
    where
        pairs.left_key is null and not kept.is_gone
        and (
            kept.left_key in (select touched.record_key from touched)
            or kept.right_key in (select touched.record_key from touched)
        )
{% endif %}
