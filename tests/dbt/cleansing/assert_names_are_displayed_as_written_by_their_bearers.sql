with

examples as (
    select
        'DE LA FONTAINE' as written,
        'de La Fontaine' as expected
    union all
    select
        'LE GALL' as written,
        'Le Gall' as expected
    union all
    select
        'o''brien' as written,
        'O''Brien' as expected
    union all
    select
        'L''HERMITE' as written,
        'L''Hermite' as expected
    union all
    select
        'D''ESTAING' as written,
        'd''Estaing' as expected
    union all
    select
        'D ORMESSON' as written,
        'D Ormesson' as expected
    union all
    select
        'L HUANG' as written,
        'L Huang' as expected
    union all
    select
        'D ADAMS' as written,
        'D Adams' as expected
    union all
    select
        'mcdonald' as written,
        'McDonald' as expected
    union all
    select
        'DeVito' as written,
        'DeVito' as expected
    union all
    select
        'VAN DEN BERG' as written,
        'van den Berg' as expected
    union all
    select
        'dupont-martin' as written,
        'Dupont-Martin' as expected
    union all
    select
        'ÉMILE-ZOLA' as written,
        'Émile-Zola' as expected
    union all
    select
        'MACE' as written,
        'Mace' as expected
),

capitalised as (
    select
        written,
        expected,
        {{ display_name('written') }} as displayed
    from examples
),

displayed as (
    select
        written,
        expected,
        {{ family_name('displayed') }} as displayed
    from capitalised
)

select * from displayed
where displayed <> expected or displayed is null
