-- When a rule changes, every record is read again.
with

seeds as (
    {{ rows_hash([
        'address_abbreviations', 'cedexes', 'communes', 'company_words',
        'country_aliases', 'country_names', 'disposable_email_domains',
        'email_domain_corrections', 'email_domains', 'email_local_parts',
        'email_providers', 'genders', 'name_frequencies', 'name_placeholders',
        'name_words', 'phone_countries', 'phone_plans', 'phone_ranges', 'street_words',
        'titles'
    ]) }}
),

-- what is a placeholder or a store's, and how a source writes names, is so for all
values_of_all as (
    select
        'phones' as table_name,
        {{ row_hash(['phone']) }} as rows_hash
    from {{ ref('int_phone_placeholders') }}
    union all
    select
        'stores' as table_name,
        {{ row_hash(['phone', 'email']) }} as rows_hash
    from {{ ref('canonical_stores') }}
    union all
    select
        'sources of two surnames' as table_name,
        {{ row_hash(['source']) }} as rows_hash
    from {{ ref('int_sources_of_two_surnames') }}
    union all
    select
        '{{ [
            var("default_country"), var("first_name_bearers"),
            var("swapped_name_odds"), var("swapped_name_odds_abroad"),
            var("capital_name_odds"), var("initial_name_odds")
        ] | join(" ") }}' as table_name,
        0 as rows_hash
),

rules as (
    select {{ row_hash(['table_name', 'rows_hash']) }} as rule_hash from seeds
    union all
    select {{ row_hash(['table_name', 'rows_hash']) }} from values_of_all
),

all_rules as (
    select sum(rule_hash) as rules_sum from rules
)

select {{ row_hash(['rules_sum']) }} as rules_hash from all_rules
