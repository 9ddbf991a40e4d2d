with

customers as (
    select * from {{ ref('int_customers_written') }}
),

forms as (
    select * from {{ ref('int_name_forms') }}
),

weighed as (
    select
        customers.*,
        given.display_name as written_first_name,
        -- Marie / Marie Dupont
        case
            when
                left(family.last_name, length(given.display_name) + 1)
                = given.display_name || ' '
                then substr(family.last_name, length(given.display_name) + 2)
            else family.last_name
        end as written_last_name,
        family.display_name as last_as_first_name,
        given.last_name as first_as_last_name,
        coalesce(
            case when not birth.is_placeholder then birth.last_name end,
            wholes.birth_name,
            -- Marie épouse Durand, both in the last name
            case
                when wholes.raw_name is null or not family.is_married
                    then family.birth_name
            end,
            case when not given.is_married then given.birth_name end
        ) as written_birth_name,
        case when given.is_married then given.last_name end as married_name,
        company.company_text as written_company_name,
        wholes.first_name as whole_first_name,
        wholes.last_name as whole_last_name,
        coalesce(given.title, case when not family.is_title then family.title end)
            as name_title,
        coalesce(given.gender, case when not family.is_title then family.gender end)
            as name_gender,
        -- Jean et Marie, like M. et Mme, is no one person's
        coalesce(given.is_placeholder or given.is_title or given.is_couple, true)
            as has_no_first_name,
        -- Marie Dupont / Marie Dupont
        coalesce(
            family.is_placeholder or wholes.last_name is not null
            and customers.raw_first_name is not distinct from customers.raw_last_name,
            true
        ) as has_no_last_name,
        coalesce(company.is_placeholder, true) as has_no_company,
        {{ names_company('given', 'family') }} as is_named_company,
        customers.raw_first_name is not null and given.is_placeholder
        or customers.raw_last_name is not null and family.is_placeholder
            as has_placeholder,
        {{ names_are_swapped('given', 'family', 'customers.written_country') }}
            as is_swapped,
        trim(given.name_text || ' ' || family.name_text) as whole_name
    from customers
    left join forms as given
        on coalesce(customers.raw_first_name, '') = given.raw_name
    left join forms as family
        on coalesce(customers.raw_last_name, '') = family.raw_name
    left join forms as birth
        on coalesce(customers.raw_birth_name, '') = birth.raw_name
    left join forms as company
        on coalesce(customers.raw_company_name, '') = company.raw_name
    left join {{ ref('int_customers_of_one_name') }} as lone
        on customers.record_id = lone.record_id
    left join {{ ref('int_whole_name_forms') }} as wholes
        on lone.raw_name = wholes.raw_name
)

select * from weighed
