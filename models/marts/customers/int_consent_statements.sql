with

statements as (
    select
        *,
        -- an empty box in a customer file speaks for that customer only; any other
        -- refusal holds for everyone who is reached there
        contact_key is not null and not is_granted and weight <> 'flag'
            as binds_everyone
    from {{ ref('int_consent_contacts') }}
),

holders as (
    select
        contact_type,
        contact_key,
        customer_id,
        count(*) over (partition by contact_type, contact_key) as customer_count
    from {{ ref('customer_contact_points') }}
    where is_valid
    group by contact_type, contact_key, customer_id
),

bound as (
    select
        statements.*,
        holders.customer_id as bound_customer_id
    from statements
    inner join holders
        on
            statements.contact_type = holders.contact_type
            and statements.contact_key = holders.contact_key
    where statements.binds_everyone
    union all
    -- an agreement without a record is the only owner's, or nobody's
    select
        statements.*,
        coalesce(statements.customer_id, holders.customer_id) as bound_customer_id
    from statements
    left join holders
        on
            statements.contact_type = holders.contact_type
            and case when statements.customer_id is null then statements.contact_key end
            = holders.contact_key
            and holders.customer_count = 1
    where not statements.binds_everyone
),

dated as (
    select
        consent_id,
        bound_customer_id as customer_id,
        channel,
        purpose,
        contact_key,
        source,
        evidence,
        weight,
        is_granted,
        collected_at,
        case
            when is_granted then null
            when weight = 'absolute' or collected_at is null
                then cast('9999-12-31' as timestamp)
            else collected_at
        end as refused_at
    from bound
    where bound_customer_id is not null
)

select * from dated
