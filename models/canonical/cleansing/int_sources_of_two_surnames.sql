-- where most customers have a first name and two surnames, of two words that stand
-- alone neither is a first name
with

customers as (
    select * from {{ ref('canonical_customers') }}
    where company_name is null and last_name is not null
)

select source
from customers
group by source
having
    2 * count(case when first_name <> last_name and last_name like '% %' then 1 end)
    >= count(*)
