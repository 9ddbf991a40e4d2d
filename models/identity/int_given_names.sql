-- Names that many bear, and compounds, are names of their own: likeness to another
-- proves nothing.
select lower(name) as first_name_key
from {{ ref('name_frequencies') }}
where
    first_name_per_million >= {{ var('identity_given_name_bearers') }}
    or first_name_per_million > 0 and name like '% %'
