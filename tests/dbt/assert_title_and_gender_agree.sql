-- No Monsieur who is a woman, whatever the records say of one person.
select
    customers.customer_id,
    customers.title,
    customers.gender
from {{ ref('customers') }} as customers
inner join {{ ref('titles') }} as titles on customers.title = titles.title
where titles.gender <> customers.gender
