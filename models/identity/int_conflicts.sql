-- Only components with two birth dates, two sexes, two first names or many surnames are
-- looked at.
with

members as (
    select
        components.component_key,
        records.*
    from {{ ref('int_components') }} as components
    inner join {{ ref('int_match_records') }} as records
        on components.node_key = records.record_key
),

suspects as (
    select
        component_key,
        count(distinct last_name_key) as surname_count
    from members
    group by component_key
    having
        count(distinct birth_date_key) > 1
        or count(distinct gender) > 1
        or count(distinct first_name_key) > 1
        or count(distinct last_name_key) > {{ var('identity_surname_limit') }}
),

pairs as (
    select
        near.record_key as left_key,
        far.record_key as right_key,
        near.component_key,
        suspects.surname_count,
        homes.has_namesakes,
        near.birth_date_key,
        far.birth_date_key as other_birth_date_key,
        near.gender <> far.gender as is_gender_different,
        near.first_name_key <> far.first_name_key as is_first_name_different,
        near.last_name_key,
        far.last_name_key as other_last_name_key
    from members as near
    inner join suspects on near.component_key = suspects.component_key
    inner join members as far
        on near.component_key = far.component_key and near.record_key < far.record_key
    cross join {{ ref('int_homes') }} as homes
    -- A number that both have says more than a name or a date.
    where
        coalesce({{ edit_distance('near.document_key', 'far.document_key') }}, 4) > 2
),

judged as (
    select
        left_key,
        right_key,
        component_key,
        case
            -- No two parts of the date are the same.
            when
                has_namesakes
                and substr(birth_date_key, 5, 4) <> substr(other_birth_date_key, 5, 4)
                and substr(birth_date_key, 1, 6) <> substr(other_birth_date_key, 1, 6)
                and (
                    substr(birth_date_key, 1, 4) <> substr(other_birth_date_key, 1, 4)
                    or substr(birth_date_key, 7) <> substr(other_birth_date_key, 7)
                )
                and {{ edit_distance('birth_date_key', 'other_birth_date_key') }} > 2
                then 'two birth dates'
            when is_gender_different and is_first_name_different
                then 'two sexes and first names'
            when
                surname_count > {{ var('identity_surname_limit') }}
                and last_name_key <> other_last_name_key
                and coalesce(birth_date_key <> other_birth_date_key, true)
                and {{ edit_distance('last_name_key', 'other_last_name_key') }} > 2
                then 'too many surnames'
        end as conflict
    from pairs
)

select * from judged
where conflict is not null
