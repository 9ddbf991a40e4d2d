with

source as (
    select * from {{ source('files', 'order_lines') }}
),

renamed as (
    select
        nullif(trim(source_order_line_id), '') as source_order_line_id,
        nullif(trim(source_order_id), '') as source_order_id,
        nullif(trim(original_source_order_id), '') as original_source_order_id,
        nullif(trim(source), '') as source,
        nullif(trim(sku), '') as sku,
        nullif(trim(_feed), '') as feed_name,
        nullif(trim(_file), '') as file_name,
        quantity,
        unit_price,
        cast(round(discount_amount, 2) as decimal(18, 2)) as discount_amount,
        cast(round(tax_amount, 2) as decimal(18, 2)) as tax_amount,
        cast(round(line_amount, 2) as decimal(18, 2)) as line_amount,
        _row_number as file_row_number
    from source
)

select * from renamed
