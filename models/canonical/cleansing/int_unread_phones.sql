-- depends_on: {{ ref('int_cleansing_rules') }}
{% set kept = kept_table('int_phones', 'rules_hash') %}
select
    written.raw_phone,
    written.country
from {{ ref('int_phones_written') }} as written
{% if kept %}
    left join {{ kept }} as kept
        on
            written.raw_phone = kept.raw_phone
            and written.country = kept.country
            and kept.rules_hash = (
                select rules.rules_hash from {{ ref('int_cleansing_rules') }} as rules
            )
    where kept.raw_phone is null
{% endif %}
