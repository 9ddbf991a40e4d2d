with

receipt_lines as (
    select * from {{ ref('stg_retail_pro__receipt_lines') }}
),

items as (
    select * from {{ ref('stg_retail_pro__items') }}
),

-- quantities are positive whatever the type: 2 is a return
signed as (
    select
        *,
        case line_type_code when 2 then -quantity else quantity end as signed_quantity
    from receipt_lines
    -- 5 is void: keyed, then struck out before the customer paid
    where line_type_code <> 5
),

lines as (
    select
        'retail_pro:' || signed.retail_pro_receipt_line_id as order_line_id,
        'retail_pro:' || signed.retail_pro_receipt_id as order_id,
        'retail_pro' as source,
        -- an item that left the catalogue is known by the bar code scanned
        coalesce(items.sku, signed.bar_code) as sku,
        'retail_pro:' || signed.original_receipt_id as original_order_id,
        signed.signed_quantity as quantity,
        coalesce(signed.unit_price, signed.net_unit_price) as unit_price,
        round(
            coalesce(signed.unit_price, signed.net_unit_price)
            * signed.signed_quantity,
            2
        )
        - round(signed.net_unit_price * signed.signed_quantity, 2) as discount_amount,
        round(coalesce(signed.unit_tax, 0) * signed.signed_quantity, 2) as tax_amount,
        round(signed.net_unit_price * signed.signed_quantity, 2) as line_amount,
        signed.line_type_code = 2 as is_return
    from signed
    left join items on signed.retail_pro_item_id = items.retail_pro_item_id
)

select * from lines
