with

records as (
    select * from {{ ref('int_customer_records') }}
),

-- the customer's last address that a letter reaches; one of a tool that we write to
-- brings nothing back
paired as (
    select
        bare.customer_id,
        bare.record_id,
        coalesce(bare.postcode = whole.postcode, bare.postcode is null)
        and coalesce(bare.city = whole.city, bare.city is null)
        and coalesce(bare.country = whole.country, true) as is_same_place,
        row_number() over (
            partition by bare.record_id
            order by whole.recency_position
        ) as position
    from records as bare
    inner join records as whole on bare.customer_id = whole.customer_id
    where
        coalesce(bare.postcode, bare.city) is not null
        and coalesce(bare.address_line_1, bare.postal_box) is null
        and coalesce(whole.postcode, whole.city) is not null
        and coalesce(whole.address_line_1, whole.postal_box) is not null
        and whole.echo_rank <= bare.echo_rank
),

yielding as (
    select
        customer_id,
        record_id
    from paired
    where position = 1 and is_same_place
)

select * from yielding
