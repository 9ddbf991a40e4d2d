with

records as (
    select * from {{ ref('int_customer_records') }}
    where coalesce(postcode, city) is not null
),

-- few have an address whose town is not found
addresses as (
    select
        *,
        concat_ws('|', postcode, address_line_1) as home
    from records
    where
        customer_id in (
            select doubtful.customer_id
            from records as doubtful
            where doubtful.insee_code is null and doubtful.address_line_1 is not null
        )
),

changes as (
    select
        *,
        case
            when
                home = lag(home) over (
                    partition by customer_id order by recency_position desc
                )
                then 0
            else 1
        end as is_change
    from addresses
),

-- an address elsewhere in between is a move, and who moved back is there again
stays as (
    select
        *,
        sum(is_change) over (
            partition by customer_id order by recency_position desc
        ) as stay
    from changes
),

-- 12 RUE X, 94230 CACHNAN beside 12 RUE X, 94230 CACHAN; one of a tool that we write to
-- proves nothing
yielding as (
    select distinct
        doubtful.customer_id,
        doubtful.record_id
    from stays as doubtful
    inner join stays as known
        on
            doubtful.customer_id = known.customer_id
            and doubtful.stay = known.stay
            and doubtful.postcode = known.postcode
            and doubtful.address_line_1 = known.address_line_1
    where
        doubtful.insee_code is null
        and known.insee_code is not null
        and known.echo_rank <= doubtful.echo_rank
)

select * from yielding
