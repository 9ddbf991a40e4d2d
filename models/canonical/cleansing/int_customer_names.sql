with

weighed as (
    select * from {{ ref('int_customer_names_weighed') }}
),

named as (
    select
        *,
        is_named_company
        or (not has_no_company and has_no_first_name and has_no_last_name)
            as is_company,
        coalesce(is_swapped, false)
        and not has_no_first_name and not has_no_last_name as is_turned_round,
        case
            when has_no_first_name and not has_no_last_name then whole_first_name
            when has_no_first_name then null
            when has_no_last_name and whole_last_name is null
                then written_first_name
            when has_no_last_name then whole_first_name
            when is_swapped then last_as_first_name
            else written_first_name
        end as person_first_name,
        case
            when has_no_last_name and has_no_first_name then null
            when has_no_last_name then coalesce(whole_last_name, married_name)
            when has_no_first_name then coalesce(whole_last_name, written_last_name)
            when is_swapped then first_as_last_name
            else coalesce(married_name, written_last_name)
        end as person_last_name,
        -- Marie épouse Durand / Martin
        case
            when
                written_birth_name is null and married_name is not null
                and not has_no_last_name
                then written_last_name
            else written_birth_name
        end as person_birth_name,
        case
            when not has_no_company then written_company_name
            when is_named_company then whole_name
        end as company_name,
        case
            when not (has_no_first_name and has_no_last_name) then 'valid'
            when has_placeholder then 'placeholder'
            else 'missing'
        end as person_status
    from weighed
),

resolved as (
    select
        named.*,
        case
            when not named.is_company then coalesce(titles.title, named.name_title)
        end as title,
        case when not named.is_company then named.person_first_name end as first_name,
        case when not named.is_company then named.person_last_name end as last_name,
        case
            when
                not named.is_company
                and coalesce(named.person_birth_name <> named.person_last_name, true)
                then named.person_birth_name
        end as birth_name,
        case
            when not named.is_company
                then coalesce(genders.gender, titles.title_gender, named.name_gender)
        end as gender,
        case when named.is_company then 'company' else named.person_status end
            as name_status,
        named.is_turned_round and not named.is_company as is_name_swapped
    from named
    left join {{ ref('int_titles') }} as titles
        on coalesce(named.raw_title, '') = titles.raw_text
    left join {{ ref('int_titles') }} as genders
        on coalesce(named.raw_gender, '') = genders.raw_text
)

select * from resolved
