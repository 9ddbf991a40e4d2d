with

order_lines as (
    select * from {{ ref('stg_files__order_lines') }}
),

lines as (
    select
        source || ':' || source_order_line_id as order_line_id,
        source || ':' || source_order_id as order_id,
        source,
        sku,
        source || ':' || original_source_order_id as original_order_id,
        quantity,
        unit_price,
        coalesce(discount_amount, 0) as discount_amount,
        coalesce(tax_amount, 0) as tax_amount,
        -- many files say how many at what price, and leave the product to the reader
        coalesce(
            line_amount, round(quantity * unit_price, 2) - coalesce(discount_amount, 0)
        ) as line_amount,
        quantity < 0 as is_return
    from order_lines
)

select * from lines
