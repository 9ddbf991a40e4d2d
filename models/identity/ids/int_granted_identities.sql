with

claims as (
    select * from {{ ref('int_identity_claims') }}
),

firsts as (
    select
        cluster_key,
        customer_id,
        row_number() over (
            partition by cluster_key
            order by
                is_live desc, shared_count desc, known_since asc, customer_id asc
        ) as precedence
    from claims
    -- A former id comes back only with most of what is left: redirects stay true.
    where choice = 1 and (is_live or is_majority)
),

granted as (
    select * from firsts
    where precedence = 1
),

-- Whose larger part is another's now: its next part, if that is nobody's larger one.
nexts as (
    select
        claims.*,
        row_number() over (partition by claims.customer_id order by claims.choice)
            as place
    from claims
    left join granted as taken on claims.cluster_key = taken.cluster_key
    left join granted as settled on claims.customer_id = settled.customer_id
    where
        claims.is_live
        and taken.cluster_key is null
        and settled.customer_id is null
),

seconds as (
    select
        cluster_key,
        customer_id,
        row_number() over (
            partition by cluster_key
            order by shared_count desc, known_since asc, customer_id asc
        ) as precedence
    from nexts
    where place = 1
)

select
    cluster_key,
    customer_id
from granted
union all
select
    cluster_key,
    customer_id
from seconds
where precedence = 1
