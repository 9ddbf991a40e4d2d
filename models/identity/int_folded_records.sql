-- Names are folded; a company is compared by its name. A record is read when it has
-- changed; one that has gone stays as an empty mark, so that its pairs go too.
with

contents as (
    select
        contents.*,
        {{ drop_middle_initials('contents.first_name') }} as given_name,
        company_keys.name_key as company_key
    from {{ ref('int_record_contents') }} as contents
    left join {{ ref('int_company_keys') }} as company_keys
        on contents.company_name = company_keys.company_name
),

changed as (
    select
        contents.*,
        {{ 'kept' if is_incremental() else 'contents' }}.record_id as kept_record_id
    from contents
    {% if is_incremental() %}
        full outer join {{ this }} as kept on contents.record_id = kept.record_id
        where contents.content_hash is distinct from kept.content_hash
    {% endif %}
),

-- A placeholder that two records do not share is no sign of two people.
usable as (
    select
        *,
        {{ unless_excluded('email', 'email') }} as usable_email,
        {{ unless_excluded('phone', 'phone') }} as usable_phone,
        {{ unless_excluded('card', 'loyalty_card') }} as usable_card,
        {{ unless_excluded('document', 'other_identifier') }} as usable_document
    from changed
),

folded as (
    select
        coalesce(record_id, kept_record_id) as record_id,
        source,
        gender,
        case when not is_company then {{ match_key('given_name') }} end
            as first_name_key,
        case
            when is_company then company_key else {{ match_key('last_name') }}
        end as last_name_key,
        case when not is_company then {{ match_key('birth_name') }} end
            as birth_name_key,
        {{ birth_date_key() }} as birth_date_key,
        usable_email as email_key,
        usable_phone as phone_key,
        {{ match_key('usable_document') }} as document_key,
        {{ match_key('usable_card') }} as card_key,
        {{ match_key('address_line_1') }} as street_key,
        {{ postcode_key('postcode') }} as postcode_key,
        {{ match_key('city') }} as city_key,
        content_hash,
        company_key,
        is_company,
        record_id is null as is_gone
    from usable
)

select
    {{ record_key('record_id') }} as record_key,
    *,
    {{ extract_pattern('street_key', '([0-9]+)') }} as street_number,
    not is_company and birth_date_key is null and document_key is null
    -- An initial is no first name; a name of one letter in another script is.
    and (
        coalesce({{ matches_pattern('first_name_key', '^[a-z]$') }}, true)
        or last_name_key is null
    ) as is_nameless,
    {{ run_time() }} as changed_at
from folded
