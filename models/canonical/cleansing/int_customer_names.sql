with

weighed as (
    select * from {{ ref('int_customer_names_weighed') }}
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
        or (not has_no_company and has_no_first_name and has_no_last_name)
            as is_company,
        coalesce(is_swapped, false)
        and not has_no_first_name and not has_no_last_name as is_swapped,
        case
            when has_no_first_name and not has_no_last_name then first_of_last_name
            when has_no_first_name then null
            when has_no_last_name then coalesce(first_of_first_name, first_name)
            when is_swapped then last_as_first_name
            else first_name
        end as first_name,
        case
            when has_no_last_name and has_no_first_name then null
            when has_no_last_name then last_of_first_name
            when has_no_first_name then coalesce(last_of_last_name, last_name)
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
        case
            when not named.is_company then coalesce(titles.title, named.name_title)
        end as title,
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
        case when named.is_company then 'company' else named.name_status end
            as name_status,
        named.is_company,
        named.is_swapped and not named.is_company as is_name_swapped
    from named
    left join {{ ref('titles') }} as titles
        on {{ text_key('named.raw_title') }} = titles.title_key
    left join {{ ref('genders') }} as genders
        on {{ text_key('named.raw_gender') }} = genders.gender_key
)

select * from resolved
