-- A row is there only with a consent, and only with what the consent is about.
select * from {{ ref('int_reachable_customers') }}
