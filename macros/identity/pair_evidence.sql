{#-
    What each attribute says about pairs of records: both values, the level at which they agree and
    its weight, tenths of bits. The weights of a pair, with the row `prior`, add up to its score.
    `comparisons` is a relation or a query in brackets, with the columns of compare_records.
-#}
{% macro pair_evidence(comparisons) %}
with

pairs as (
    select
        comparisons.*,
        near.record_id as left_record_id,
        far.record_id as right_record_id
    from {{ comparisons }} as comparisons
    inner join {{ ref('int_match_records') }} as near on comparisons.left_key = near.record_key
    inner join {{ ref('int_match_records') }} as far on comparisons.right_key = far.record_key
),

records as (
    select * from {{ ref('customer_records') }}
),

attributes as (
    select * from {{ ref('identity_attributes') }}
),

-- What the two share is not always the best e-mail or phone of each.
shared as (
    select
        pairs.left_record_id,
        pairs.right_record_id,
        ours.identifier_type,
        min(ours.identifier_value) as identifier_value
    from pairs
    inner join {{ ref('identifiers') }} as ours on pairs.left_record_id = ours.record_id
    inner join {{ ref('identifiers') }} as theirs
        on
            pairs.right_record_id = theirs.record_id
            and ours.identifier_type = theirs.identifier_type
            and ours.identifier_value = theirs.identifier_value
    where ours.is_usable and theirs.is_usable
    group by pairs.left_record_id, pairs.right_record_id, ours.identifier_type
),

compared as (
    select
        pairs.left_key,
        pairs.right_key,
        pairs.left_record_id,
        pairs.right_record_id,
        attributes.attribute,
        attributes.pattern_unit,
        {{ attribute_value('near') }} as left_value,
        {{ attribute_value('far') }} as right_value,
        case when {{ pattern_level('pairs') }} = 5 then shared.identifier_value end
            as shared_value,
        {{ pattern_level('pairs') }} as level,
        case attributes.attribute
            when 'first_name' then pairs.first_name_bits
            when 'last_name' then pairs.last_name_bits
        end as bits
    from pairs
    inner join records as near on pairs.left_record_id = near.record_id
    inner join records as far on pairs.right_record_id = far.record_id
    cross join attributes
    left join shared
        on
            pairs.left_record_id = shared.left_record_id
            and pairs.right_record_id = shared.right_record_id
            and attributes.attribute = shared.identifier_type
)

select
    compared.left_key,
    compared.right_key,
    compared.left_record_id,
    compared.right_record_id,
    compared.attribute,
    case
        when compared.left_value = compared.right_value then compared.left_value
        else coalesce(compared.shared_value, compared.left_value)
    end as left_value,
    case
        when compared.left_value = compared.right_value then compared.right_value
        else coalesce(compared.shared_value, compared.right_value)
    end as right_value,
    case
        when levels.label is not null then levels.label
        when compared.left_value is null or compared.right_value is null
            then 'one of the two does not say'
        else 'proves nothing'
    end as agreement,
    compared.level,
    case
        when levels.is_weighed_by_frequency
            then cast(round(10 / ln(2) * ln(weights.m)) as integer) + compared.bits
        else coalesce(weights.weight, 0)
    end as weight,
    compared.pattern_unit
from compared
left join {{ ref('identity_comparison_levels') }} as levels
    on compared.attribute = levels.attribute and compared.level = levels.level
left join {{ ref('int_weights') }} as weights
    on compared.attribute = weights.attribute and compared.level = weights.level
union all
select
    pairs.left_key,
    pairs.right_key,
    pairs.left_record_id,
    pairs.right_record_id,
    'prior' as attribute,
    null as left_value,
    null as right_value,
    'any two records' as agreement,
    0 as level,
    weights.weight,
    0 as pattern_unit
from pairs
inner join {{ ref('int_weights') }} as weights on weights.attribute = 'prior'
{% endmacro %}

{#- What a record says of an attribute, as a reader knows it. -#}
{% macro attribute_value(record) -%}
    case attributes.attribute
        when 'first_name' then {{ record }}.first_name
        when 'last_name'
            then case
                when {{ record }}.is_company then {{ record }}.company_name
                else {{ record }}.last_name
            end
        when 'birth_date'
            then coalesce(cast({{ record }}.birth_date as text), {{ record }}.raw_birth_date)
        when 'email' then coalesce({{ record }}.email, {{ record }}.reserved_email)
        when 'phone' then {{ record }}.phone
        when 'card' then {{ record }}.loyalty_card
        when 'document' then {{ record }}.other_identifier
        when 'street' then {{ record }}.address_line_1
        when 'place'
            then nullif(trim(
                coalesce({{ record }}.postcode, '') || ' ' || coalesce({{ record }}.city, '')
            ), '')
    end
{%- endmacro %}
