with

records as (
    select * from {{ ref('int_customer_records') }}
),

addresses as (
    select
        *,
        coalesce(address_line_1, postal_box) is not null as is_whole
    from records
    where coalesce(postcode, city) is not null
),

-- a stretch is an address that a letter reaches and those without a street since
stretched as (
    select
        *,
        sum(case when is_whole then 1 else 0 end) over (
            partition by customer_id
            order by recency_position desc
        ) as stretch
    from addresses
),

compared as (
    select
        bare.customer_id,
        bare.record_id,
        whole.echo_rank <= bare.echo_rank
        and coalesce(bare.postcode = whole.postcode, bare.postcode is null)
        and coalesce(bare.city = whole.city, bare.city is null)
        and coalesce(bare.country = whole.country, true) as is_same_place,
        -- a town between the two is a move, and the one back brings no street with it
        max(
            case
                when
                    bare.postcode <> whole.postcode
                    or bare.city <> whole.city
                    or bare.country <> whole.country
                    then 1
                else 0
            end
        ) over (
            partition by bare.customer_id, bare.stretch
            order by bare.recency_position desc
        ) as is_moved
    from stretched as bare
    inner join stretched as whole
        on
            bare.customer_id = whole.customer_id
            and bare.stretch = whole.stretch
    where whole.is_whole and not bare.is_whole
),

-- one of a tool that we write to brings nothing back
yielding as (
    select
        customer_id,
        record_id
    from compared
    where is_same_place and is_moved = 0
    union
    select * from {{ ref('int_yielding_towns') }}
)

select * from yielding
