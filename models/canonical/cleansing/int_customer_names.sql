with

customers as (

    select * from {{ ref('canonical_customers') }}

),

forms as (

    select * from {{ ref('int_name_forms') }}

),

titles as (

    select * from {{ ref('titles') }}

),

genders as (

    select * from {{ ref('genders') }}

),

-- how much likelier the two names are the other way round, by their bearers in France
weighed as (

    select
        customers.record_id,
        customers.title as raw_title,
        customers.gender as raw_gender,
        given.display_name as first_name,
        family.last_name,
        family.display_name as last_as_first_name,
        given.last_name as first_as_last_name,
        coalesce(birth.last_name, family.birth_name, given.birth_name) as birth_name,
        company.name_text as company_name,
        coalesce(given.title, family.title) as name_title,
        coalesce(given.gender, family.gender) as name_gender,
        coalesce(given.is_placeholder, true) as has_no_first_name,
        coalesce(family.is_placeholder, true) as has_no_last_name,
        coalesce(company.is_placeholder, true) as has_no_company,
        coalesce(given.is_company or family.is_company, false) as is_named_company,
        given.is_placeholder or family.is_placeholder as has_placeholder,
        (given.last_name_per_million + 5) * (family.first_name_per_million + 1)
        >= {{ var('swapped_name_odds') }}
        * (given.first_name_per_million + 1) * (family.last_name_per_million + 5) as is_swapped,
        case
            when family.name_text is null then given.name_text
            when given.name_text is null then family.name_text
            else given.name_text || ' ' || family.name_text
        end as whole_name
    from customers
    left join forms as given on customers.first_name = given.raw_name
    left join forms as family on customers.last_name = family.raw_name
    left join forms as birth
        on customers.birth_name = birth.raw_name and not birth.is_placeholder
    left join forms as company on customers.company_name = company.raw_name

),

named as (

    select
        record_id,
        raw_title,
        raw_gender,
        name_title,
        name_gender,
        birth_name,
        is_named_company
        or (not has_no_company and has_no_first_name and has_no_last_name) as is_company,
        coalesce(is_swapped, false) as is_swapped,
        case
            when has_no_first_name then null
            when is_swapped then last_as_first_name
            else first_name
        end as first_name,
        case
            when has_no_last_name then null
            when is_swapped then first_as_last_name
            else last_name
        end as last_name,
        case
            when not has_no_company then company_name
            when is_named_company then whole_name
        end as company_name,
        case
            when not (has_no_first_name and has_no_last_name) then 'valid'
            when has_placeholder then 'placeholder'
            else 'missing'
        end as name_status
    from weighed

),

resolved as (

    select
        named.record_id,
        case when not named.is_company then coalesce(titles.title, named.name_title) end as title,
        case when not named.is_company then named.first_name end as first_name,
        case when not named.is_company then named.last_name end as last_name,
        case
            when not named.is_company and named.birth_name <> named.last_name
                then named.birth_name
        end as birth_name,
        named.company_name,
        case
            when not named.is_company
                then coalesce(genders.gender, titles.gender, named.name_gender)
        end as gender,
        case when named.is_company then 'company' else named.name_status end as name_status,
        named.is_company,
        named.is_swapped and not named.is_company as is_name_swapped
    from named
    left join titles on {{ text_key('named.raw_title') }} = titles.title_key
    left join genders on {{ text_key('named.raw_gender') }} = genders.gender_key

)

select * from resolved
