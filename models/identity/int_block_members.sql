-- depends_on: {{ ref('int_folded_records') }}
with

keys as (
    select
        record_key,
        rule,
        {{ hash_key('block_key') }} as block_hash
    from {{ ref('int_block_keys') }}
    where {{ since_last_run() }}
)

select
    keys.*,
    false as is_gone,
    {{ run_time() }} as changed_at
from keys
{% if is_incremental() %}
    union all
    -- Blocks that a changed record was in and is no more.
    select
        kept.record_key,
        kept.rule,
        kept.block_hash,
        true as is_gone,
        {{ run_time() }} as changed_at
    from {{ this }} as kept
    inner join {{ ref('int_folded_records') }} as records
        on kept.record_key = records.record_key
    left join keys
        on
            kept.record_key = keys.record_key
            and kept.rule = keys.rule
            and kept.block_hash = keys.block_hash
    where keys.record_key is null and {{ since_last_run('records.changed_at') }}
{% endif %}
