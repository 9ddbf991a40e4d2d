with

candidates as (
    select * from {{ ref('int_customer_values') }}
),

said as (
    -- how many records say the same; echoes have no voice
    select
        customer_id,
        field,
        value,
        strategy,
        cast(sum(1 - echo_rank) as bigint) as record_count
    from candidates
    where strategy in ('most_frequent', 'most_frequent_full_form')
    group by customer_id, field, value, strategy
),

keyed as (
    select
        *,
        {{ text_key('value') }} as value_key
    from said
    where strategy = 'most_frequent_full_form'
),

short_forms as (
    -- J. and M.-C. say nothing that Jean and Marie-Claude do not; a longer start (Alex,
    -- or the Jean of Jean-Luc) may be the name when the rest is said rarely, and what
    -- is one letter longer is rather a typo or another name (Paull, Paule)
    select distinct
        short.customer_id,
        short.field,
        short.value
    from keyed as short
    inner join keyed as fuller
        on
            short.customer_id = fuller.customer_id
            and short.field = fuller.field
            and length(short.value_key) < length(fuller.value_key)
            and fuller.value_key like replace(short.value_key, ' ', '% ') || '%'
    where
        fuller.record_count > 0
        and (
            {{ matches_pattern('short.value_key', '^[A-Z]( [A-Z])*$') }}
            or (
                length(short.value_key) + 2 <= length(fuller.value_key)
                and short.record_count <= fuller.record_count * 2
            )
        )
),

counted as (
    select
        said.customer_id,
        said.field,
        said.value,
        said.record_count,
        short_forms.value is not null as is_short_form
    from said
    left join short_forms
        on
            said.customer_id = short_forms.customer_id
            and said.field = short_forms.field
            and said.value = short_forms.value
)

select * from counted
