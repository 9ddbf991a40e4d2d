-- A value is refused for the number of different people on it, never for how often it
-- occurs. A block larger than its rule's limit becomes a star per name if it is an
-- identifier's, else it is left to the other rules; those are told of a door
-- of too many people.
with

sizes as (
    select * from {{ ref('int_block_sizes') }}
    where {{ since_last_run() }}
),

rules as (
    select * from {{ ref('identity_blocking_rules') }}
),

types as (
    select * from {{ ref('identity_identifier_types') }}
),

shaped as (
    select
        sizes.rule,
        sizes.block_hash,
        case when sizes.people_count > types.people_limit then 'too many people' end
            as refusal,
        case
            when sizes.people_count > types.people_limit then 'none'
            when sizes.record_count <= rules.block_limit then 'pairs'
            when types.rule is not null then 'star'
            when sizes.people_count > {{ var('identity_door_limit') }} then 'crowd'
            else 'none'
        end as shape,
        sizes.record_count
    from sizes
    inner join rules on sizes.rule = rules.rule
    left join types on sizes.rule = types.rule
)

select
    shaped.*,
    {% if is_incremental() %}
    -- Whoever joins or leaves a star may move its centre.
        case
            when shaped.shape <> 'star' and shaped.shape = coalesce(kept.shape, 'pairs')
                then kept.shaped_at
            else {{ run_time() }}
        end as shaped_at,
    {% else %}
        {{ run_time() }} as shaped_at,
    {% endif %}
    {{ run_time() }} as changed_at
from shaped
{% if is_incremental() %}
    left join {{ this }} as kept
        on shaped.rule = kept.rule and shaped.block_hash = kept.block_hash
{% endif %}
