with

records as (
    -- a new source is a line here
    select * from {{ ref('int_customers_magento') }}
    union all
    select * from {{ ref('int_customers_magento_guests') }}
    union all
    select * from {{ ref('int_customers_retail_pro') }}
    union all
    select * from {{ ref('int_customers_clientela') }}
    union all
    select * from {{ ref('int_customers_splio') }}
    union all
    select * from {{ ref('int_customers_zendesk') }}
    union all
    select * from {{ ref('int_customers_web') }}
    union all
    select * from {{ ref('int_customers_files') }}
    union all
    select * from {{ ref('int_customers_files_guests') }}
)

select * from records
