-- Where most customers have a first name and two surnames, two words that stand alone
-- are surnames. Mme | Marie Dupont, Marie | Marie Dupont and Anne | Le Goff have one.
with

customers as (
    select
        source,
        first_name,
        last_name,
        upper(split_part(last_name, ' ', 1)) as first_word,
        last_name like '% %'
        and ' ' || last_name || ' ' not like '% ' || first_name || ' %'
            as is_of_two_words
    from {{ ref('canonical_customers') }}
    where company_name is null and last_name is not null
),

named as (
    select
        customers.source,
        customers.first_name,
        count(*) as name_count,
        count(
            case when customers.is_of_two_words and name_words.kind is null then 1 end
        ) as of_two_words_count
    from customers
    left join {{ ref('name_words') }} as name_words
        on customers.first_word = name_words.name_word
    group by customers.source, customers.first_name
)

select named.source
from named
left join {{ ref('titles') }} as titles
    on {{ text_key('named.first_name') }} = titles.title_key
group by named.source
having
    sum(named.name_count) >= {{ var('two_surnames_customers') }}
    and 2 * sum(case when titles.title_key is null then named.of_two_words_count end)
    > sum(named.name_count)
