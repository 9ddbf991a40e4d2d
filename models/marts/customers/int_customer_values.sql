with

rules as (
    select
        field,
        strategy
    from {{ ref('survivorship_rules') }}
),

records as (
    select
        *,
        -- an address survives whole: one record's street in another's town is nowhere
        case
            when postcode is not null or city is not null
                then trim(
                    coalesce(address_line_1, '') || ' '
                    || coalesce(address_line_2, '') || ' '
                    || coalesce(postcode, '') || ' ' || coalesce(city, '')
                )
        end as address
    from {{ ref('int_customer_records') }}
),

unpivoted as (
    {{ unpivot_fields(
        relation='records',
        ids=[
            'customer_id', 'record_id', 'source',
            'echo_rank', 'recency_position', 'source_position'
        ],
        fields=[
            'title', 'first_name', 'last_name', 'birth_name', 'company_name',
            'gender', 'birth_date', 'email', 'phone', 'address', 'language',
            'loyalty_card', 'other_identifier', 'home_store_id'
        ]
    ) }}
),

ruled as (
    select
        unpivoted.*,
        rules.strategy
    from unpivoted
    inner join rules on unpivoted.field = rules.field
)

select * from ruled
