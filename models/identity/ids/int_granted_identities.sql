with

ranked as (
    select
        *,
        row_number() over (
            partition by cluster_key
            order by
                case when choice = 1 then 0 else 1 end,
                is_live desc, shared_count desc, known_since asc, customer_id asc
        ) as precedence
    from {{ ref('int_identity_claims') }}
    -- A former id comes back only with most of what it held: redirects stay true.
    where is_live or is_majority
),

granted as (
    -- Whose larger part another holds now keeps the next one that is mostly its own.
    select
        *,
        row_number() over (partition by customer_id order by choice asc) as place
    from ranked
    where precedence = 1
)

select
    cluster_key,
    customer_id
from granted
where place = 1
