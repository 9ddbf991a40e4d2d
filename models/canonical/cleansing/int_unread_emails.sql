-- depends_on: {{ ref('int_cleansing_rules') }}
{% set kept = kept_table('int_emails', 'rules_hash') %}
select written.raw_email
from {{ ref('int_emails_written') }} as written
{% if kept %}
    left join {{ kept }} as kept
        on
            written.raw_email = kept.raw_email
            and kept.rules_hash = (
                select rules.rules_hash from {{ ref('int_cleansing_rules') }} as rules
            )
    where kept.raw_email is null
{% endif %}
