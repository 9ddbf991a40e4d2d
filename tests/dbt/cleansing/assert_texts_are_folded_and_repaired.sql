with

examples as (
    select 'SÃ©bastien' as written, 'Sébastien' as repaired, 'SEBASTIEN' as expected_key
    union all
    select 'FranÃ§ois', 'François', 'FRANCOIS'
    union all
    select 'João', 'João', 'JOAO'
    union all
    select 'Cœur d''Ægir', 'Cœur d''Ægir', 'COEUR D AEGIR'
    union all
    select 'Straße  12,', 'Straße  12,', 'STRASSE 12'
    union all
    select 'Łódź', 'Łódź', 'LODZ'
),

folded as (
    select
        written,
        repaired,
        expected_key,
        {{ repair_mojibake('written') }} as repaired_text,
        {{ text_key(repair_mojibake('written')) }} as folded_key
    from examples
)

select * from folded
where repaired_text <> repaired or folded_key <> expected_key
