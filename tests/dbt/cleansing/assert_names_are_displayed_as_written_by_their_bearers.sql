with

examples as (
    select 'DE LA FONTAINE' as written, 'de La Fontaine' as expected
    union all
    select 'LE GALL', 'Le Gall'
    union all
    select 'o''brien', 'O''Brien'
    union all
    select 'L''HERMITE', 'L''Hermite'
    union all
    select 'D''ESTAING', 'd''Estaing'
    union all
    select 'mcdonald', 'McDonald'
    union all
    select 'DeVito', 'DeVito'
    union all
    select 'VAN DEN BERG', 'van den Berg'
    union all
    select 'dupont-martin', 'Dupont-Martin'
    union all
    select 'ÉMILE-ZOLA', 'Émile-Zola'
    union all
    select 'MACE', 'Mace'
),

displayed as (
    select
        written,
        expected,
        {{ family_name('written') }} as displayed
    from examples
)

select * from displayed
where displayed <> expected or displayed is null
