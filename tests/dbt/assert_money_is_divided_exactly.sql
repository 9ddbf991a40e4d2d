-- Half a cent goes away from zero, on every engine; a hair below it does not, and no
-- amount is too large for its cents.
with

examples (amount, quantity, expected) as (
    values
    ('20.01', '2', '10.01'),
    ('-20.01', '2', '-10.01'),
    ('20.01', '3', '6.67'),
    ('1.00', '8', '0.13'),
    ('-1.00', '8', '-0.13'),
    ('0.01', '3', '0.00'),
    ('2.68', '0.5', '5.36'),
    ('1.15', '0.10', '11.50'),
    ('0.00', '7', '0.00'),
    ('90071992547409.93', '1', '90071992547409.93'),
    ('9007199254740992.99', '2', '4503599627370496.50'),
    ('9999999999999999.99', '1', '9999999999999999.99'),
    ('104.49', '100000000000', '0.00'),
    ('10.00', '0', null),
    ('10.00', '-1', null)
),

typed as (
    select
        cast(amount as decimal(18, 2)) as amount,
        cast(quantity as decimal(18, 2)) as quantity,
        cast(expected as decimal(18, 2)) as expected
    from examples
),

divided as (
    select
        *,
        {{ divide_to_hundredths('amount', 'quantity') }} as found
    from typed
)

select *
from divided
where
    coalesce(found <> expected, true)
    and not (found is null and expected is null)
