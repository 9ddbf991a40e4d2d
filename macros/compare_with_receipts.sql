{% macro compare_with_receipts(sync_model, sync_name) %}
with

desired as (
    -- without a consent a row is not desired: if the tool has it, it goes
    select destination_key, customer_id, payload_hash
    from {{ sync_model }}
    where has_consent
),

held as (
    select destination_key, customer_id, payload_hash
    from {{ ref('receipts') }}
    where sync_name = '{{ sync_name }}' and change_type <> 'delete'
),

doubtful as (
    select destination_key, customer_id
    from {{ ref('intents') }}
    where sync_name = '{{ sync_name }}'
),

known as (
    select
        coalesce(held.destination_key, doubtful.destination_key) as destination_key,
        coalesce(held.customer_id, doubtful.customer_id) as customer_id,
        held.payload_hash,
        held.destination_key is not null as is_held,
        doubtful.destination_key is not null as is_in_doubt
    from held
    full outer join doubtful
        on held.destination_key = doubtful.destination_key
),

heirs as (
    select customer_id, redirects_to_customer_id as heir_id
    from {{ ref('customer_redirects') }}
    union all
    select customer_id, customer_id as heir_id
    from desired
),

successors as (
    select
        heirs.customer_id,
        min(desired.destination_key) as destination_key
    from heirs
    inner join desired on heirs.heir_id = desired.customer_id
    group by heirs.customer_id
),

compared as (
    select
        coalesce(desired.destination_key, known.destination_key) as destination_key,
        coalesce(desired.customer_id, known.customer_id) as customer_id,
        desired.payload_hash,
        case
            when desired.destination_key is null then 'delete'
            when coalesce(known.is_held, false) then 'update'
            else 'create'
        end as change_type,
        coalesce(known.is_in_doubt, false) as is_in_doubt
    from desired
    full outer join known
        on desired.destination_key = known.destination_key
    where
        desired.destination_key is null
        or known.destination_key is null
        or known.is_in_doubt
        or coalesce(known.payload_hash, '') <> coalesce(desired.payload_hash, '')
),

followed as (
    -- a key that leaves because its customer was merged, or goes by another key: the key
    -- that remains
    select
        compared.destination_key,
        compared.customer_id,
        compared.payload_hash,
        compared.change_type,
        successors.destination_key as successor_key,
        compared.is_in_doubt
    from compared
    left outer join successors
        on
            case when compared.change_type = 'delete' then compared.customer_id end
            = successors.customer_id
)

select * from followed
{% endmacro %}
