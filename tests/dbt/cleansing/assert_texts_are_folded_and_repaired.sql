with

examples as (
    select
        'SÃ©bastien' as written,
        'Sébastien' as repaired,
        'SEBASTIEN' as expected_key
    union all
    select
        'FranÃ§ois' as written,
        'François' as repaired,
        'FRANCOIS' as expected_key
    union all
    select
        'LÃ©a &amp; C&eacute;cile' as written,
        'Léa & Cécile' as repaired,
        'LEA CECILE' as expected_key
    union all
    select
        'João' as written,
        'João' as repaired,
        'JOAO' as expected_key
    union all
    select
        'Cœur d''Ægir' as written,
        'Cœur d''Ægir' as repaired,
        'COEUR D AEGIR' as expected_key
    union all
    select
        'Straße  12,' as written,
        'Straße  12,' as repaired,
        'STRASSE 12' as expected_key
    union all
    select
        'Łódź' as written,
        'Łódź' as repaired,
        'LODZ' as expected_key
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
