{{ config(materialized='learned') }}
-- Strangers: each of the first records, in the order of a hash, beside those that
-- follow it.
{{ compare_records(ref('int_random_pairs')) }}
