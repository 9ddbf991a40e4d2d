with

customers as (
    select * from {{ ref('canonical_customers') }}
),

together as (
    select title as raw_text from customers
    union all
    select gender as raw_text from customers
),

-- millions of records say a few dozen different things: each is read once
written as (
    select distinct coalesce(raw_text, '') as raw_text from together
),

keyed as (
    select
        raw_text,
        {{ text_key('raw_text') }} as text_key
    from written
),

recognised as (
    select
        keyed.raw_text,
        titles.title,
        titles.gender as title_gender,
        genders.gender
    from keyed
    left join {{ ref('titles') }} as titles on keyed.text_key = titles.title_key
    left join {{ ref('genders') }} as genders on keyed.text_key = genders.gender_key
)

select * from recognised
