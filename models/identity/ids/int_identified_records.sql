-- A run looks at the records whose history has changed, and at those that we made.
with

changed as (
    select record_id from {{ ref('customer_identity_history') }}
    where {{ since_last_run('valid_from') }} or {{ since_last_run('valid_to') }}
),

evidence as (
    select
        history.record_id,
        records.source,
        records.source_customer_id,
        history.customer_id,
        history.valid_from
    from {{ ref('customer_identity_history') }} as history
    inner join {{ ref('customer_records') }} as records
        on history.record_id = records.record_id
    where
        history.valid_to is null
        {% if is_incremental() %}
            and history.record_id in (select changed.record_id from changed)
        {% endif %}
),

found as (
    select * from evidence
    union all
    select
        *,
        cast(null as timestamp) as valid_from
    from {{ ref('int_echoes') }}
)

select
    found.*,
    {{ run_time() }} as changed_at
from found
-- One that has no customer any more stays as an empty mark.
{% if is_incremental() %}
    union all
    select
        kept.record_id,
        kept.source,
        kept.source_customer_id,
        null as customer_id,
        null as valid_from,
        {{ run_time() }} as changed_at
    from {{ this }} as kept
    left join found on kept.record_id = found.record_id
    where
        found.record_id is null
        and kept.customer_id is not null
        and (
            kept.valid_from is null
            or kept.record_id in (select changed.record_id from changed)
        )
{% endif %}
