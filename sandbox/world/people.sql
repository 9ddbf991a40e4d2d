-- People, households, addresses and contact points as they truly are. No dirt here: that is views.sql.
-- Every draw is a hash of (key, name of the draw, seed), so the world depends on nothing but the seed.

-- 53 random bits of a key, uniform in [0, 1).
create macro u(k, draw) as (hash(hash(k, draw, getvariable('seed'))) >> 11) * 1.1102230246251565e-16;
-- A standard normal.
create macro z(k, draw) as sqrt(-2 * ln(u(k, draw) + 1e-12)) * cos(6.283185307179586 * u(k, draw || '2'));
-- One element of a list.
create macro pick(choices, k, draw) as choices[1 + floor(u(k, draw) * len(choices))::bigint];
-- A number in [0, n) that is unique to each k in [0, n): n prime to the multiplier.
create macro shuffle(k, n) as ((k::hugeint * 2654435761 + getvariable('seed') * 7919) % n)::bigint;
-- Ten digits of a French number as E.164 without its plus sign.
create macro mobile_of(k) as '33' || (['60', '61', '62', '64', '65', '66', '67', '68', '73', '74', '75', '76', '77', '78', '79'])
    [1 + shuffle(k, 150000001) // 10000001] || lpad((shuffle(k, 150000001) % 10000001 % 10000000)::text, 7, '0');

-- Decks: as many cards as weight, so that a draw is an equi-join on its slot.
create table first_name_deck as
with cumulated as (
    select
        sex, decade, name,
        sum(weight) over part - weight as low,
        sum(weight) over part as high,
        sum(weight) over (partition by sex, decade) as total,
    from first_names
    window part as (partition by sex, decade order by weight desc, name rows unbounded preceding)
)
select sex, decade, name, unnest(range((low * 10000 // total)::bigint, (high * 10000 // total)::bigint)) as slot
from cumulated;

-- LE GOFF as Le Goff, SAINT-MARTIN as Saint-Martin.
create macro capitalise(words, mark) as array_to_string(list_transform(string_split(words, mark), lambda word: upper(word[1]) || word[2:]), mark);
create table surname_deck as
select capitalise(capitalise(capitalise(lower(name), ' '), '-'), '''') as name, row_number() over (order by weight desc, name, copy) - 1 as slot
from (select name, weight, unnest(range(weight)) as copy from surnames);
set variable surname_cards = (select count(*) from surname_deck);

-- A luxury house sells more in large towns.
create table place_deck as
with weighted as (
    select
        postcode, insee_code, label,
        regexp_replace(city, ' \d+er? Arrondissement| \d+e Arrondissement', '') as city,
        weight * case
            when postcode[:2] in ('75', '92', '78') then 30
            when postcode[:2] = '97' then 3
            when weight > 50000 then 15
            else 8
        end as weight,
    from places
),

cumulated as (
    select
        *,
        sum(weight) over part - weight as low,
        sum(weight) over part as high,
        sum(weight) over () as total,
    from weighted
    window part as (order by weight desc, postcode, insee_code rows unbounded preceding)
)
select postcode, insee_code, label, city, unnest(range((low * 200000 // total)::bigint, (high * 200000 // total)::bigint)) as slot
from cumulated;

create table street_deck as
select kind, value, row_number() over (partition by kind order by value, copy) - 1 as slot, count(*) over (partition by kind) as slots
from (select kind, value, unnest(range(weight)) as copy from streets);

-- Where people live or work. A small town has few streets, so neighbours exist.
create macro street_slot(k, town, kind) as
    (floor(u(hash(town, floor(u(k, kind) * 400)), kind || 'town') * case kind when 'type' then getvariable('street_types') else getvariable('street_names') end))::bigint;

create table address_keys as
select range as address_id from range((getvariable('profiles') * 1.35)::bigint + 200);

create table addresses as
with drawn as (
    select
        address_id,
        floor(u(address_id, 'place') * 200000)::bigint as place_slot,
        case when u(address_id, 'country') < 0.975 then 'FR' else pick(['BE', 'CH', 'LU', 'GB', 'MC'], address_id, 'abroad') end as country,
    from address_keys
),

placed as (
    select drawn.address_id, drawn.country, place.postcode, place.insee_code, place.city, place.label,
    from drawn
    inner join place_deck as place on drawn.place_slot = place.slot
),

streeted as (
    select
        *,
        street_slot(address_id, insee_code, 'type') as type_slot,
        street_slot(address_id, insee_code, 'name') as name_slot,
        1 + floor(power(u(address_id, 'number'), 2) * 140)::bigint as number,
    from placed
)

select
    streeted.address_id,
    number || case when u(address_id, 'bis') < 0.04 then ' BIS' when u(address_id, 'bis') < 0.05 then ' TER' else '' end
    || ' ' || lower(street_type.value) || ' ' || street_name.value as line_1,
    case
        when u(address_id, 'complement') < 0.16 then 'Appt ' || (1 + floor(u(address_id, 'flat') * 60))::bigint
        when u(address_id, 'complement') < 0.24 then 'Bât ' || pick(['A', 'B', 'C', 'D', 'E'], address_id, 'building')
        when u(address_id, 'complement') < 0.28 then 'Résidence ' || street_name.value
        when u(address_id, 'complement') < 0.30 then 'BP ' || (10 + floor(u(address_id, 'box') * 900))::bigint
    end as line_2,
    case country
        when 'FR' then postcode
        when 'MC' then '98000'
        when 'GB' then 'SW' || (1 + floor(u(address_id, 'gb') * 19))::bigint || ' ' || (1 + floor(u(address_id, 'gb2') * 9))::bigint || 'AB'
        when 'BE' then (1000 + floor(u(address_id, 'be') * 8999))::bigint::text
        when 'CH' then (1000 + floor(u(address_id, 'ch') * 8999))::bigint::text
        else (1000 + floor(u(address_id, 'lu') * 8999))::bigint::text
    end as postcode,
    case country
        when 'FR' then city
        when 'MC' then 'Monaco'
        when 'GB' then 'London'
        when 'BE' then pick(['Bruxelles', 'Liège', 'Namur', 'Gand'], address_id, 'abroad_city')
        when 'CH' then pick(['Genève', 'Lausanne', 'Fribourg'], address_id, 'abroad_city')
        else 'Luxembourg'
    end as city,
    case country when 'FR' then label end as label,
    case country when 'FR' then insee_code end as insee_code,
    country,
from streeted
inner join street_deck as street_type on street_type.kind = 'type' and streeted.type_slot = street_type.slot
inner join street_deck as street_name on street_name.kind = 'name' and streeted.name_slot = street_name.slot;

create table household_sizes as
with drawn as (
    select
        range as household_id,
        u(range, 'household') as draw,
    from range(getvariable('profiles'))
),

kinds as (
    select
        household_id,
        case
            when draw < 0.62 then 'single'
            when draw < 0.82 then 'couple'
            when draw < 0.87 then 'single_parent'
            when draw < 0.94 then 'family'
            when draw < 0.98 then 'flatmates'
            else 'company'
        end as kind,
    from drawn
),

sized as (
    select
        household_id, kind,
        case kind
            when 'couple' then 2
            when 'single_parent' then 2
            when 'family' then 3 + floor(u(household_id, 'children') * 2.4)::bigint
            when 'flatmates' then 2 + floor(u(household_id, 'mates') * 2)::bigint
            else 1
        end as size,
    from kinds
)

select household_id, kind, size, sum(size) over (order by household_id rows unbounded preceding) - size as first_person,
from sized
qualify first_person < getvariable('profiles');

create table households as
select
    household_id, kind, size, first_person,
    household_id as address_id,
    surname.name as surname,
    -- The area of the landline is that of the country at large; its number is the household's own.
    '33' || pick(['14', '13', '16', '23', '29', '24', '32', '38', '47', '49', '56', '55'], household_id, 'area')
    || lpad(shuffle(household_id, 9999991)::text, 7, '0') as landline,
    u(household_id, 'has_landline') < 0.4 as has_landline,
    -- How old the head is: customers of a luxury house, 19 to 94.
    floor(19 + 75 * power(u(household_id, 'age'), 1.25))::bigint as head_age,
from household_sizes
inner join surname_deck as surname
    on floor(u(household_id, 'surname') * getvariable('surname_cards'))::bigint = surname.slot;

create table members as
with unnested as (
    select *, unnest(range(size)) as member from households
),

aged as (
    select
        *,
        first_person + member as person_id,
        case
            when kind in ('single', 'flatmates', 'company') or member = 0 then 'head'
            when kind in ('couple', 'family') and member = 1 then 'partner'
            else 'child'
        end as role,
    from unnested
),

born as (
    select
        *,
        case role
            when 'partner' then greatest(18, head_age + round(3 * z(person_id, 'gap'))::bigint)
            when 'child' then greatest(15, head_age - 22 - floor(u(person_id, 'gap') * 14)::bigint)
            when 'head' then case kind when 'flatmates' then 19 + floor(u(person_id, 'mate_age') * 14)::bigint else greatest(head_age, case when kind in ('family', 'single_parent') then 40 else 19 end) end
        end as age,
        case
            when role = 'partner' and u(household_id, 'same_sex') > 0.04 then 'opposite'
            when role = 'partner' then 'same'
            else 'own'
        end as sex_rule,
        case when u(case when role = 'partner' then first_person else person_id end, 'sex') < 0.62 then 'F' else 'M' end as own_sex,
    from aged
    where first_person + member < getvariable('profiles')
)

select
    person_id, household_id, kind, role, member, first_person, surname, age,
    case when sex_rule = 'opposite' then case own_sex when 'F' then 'M' else 'F' end else own_sex end as sex,
    -- Twins share their birth date; the second child of a family is its twin in 8 % of families.
    case when kind = 'family' and member = 3 and u(household_id, 'twins') < 0.08 then person_id - 1 else person_id end as birth_key,
from born;

create table people as
with dated as (
    select
        members.* exclude (age),
        (getvariable('as_of') - to_years(twin.age::integer) - to_days(floor(u(members.birth_key, 'day') * 365)::integer))::date as birth_date,
    from members
    inner join members as twin on members.birth_key = twin.person_id
),

decades as (
    select
        *,
        greatest(1920, least(2010, year(birth_date) // 10 * 10)) as decade,
        floor(u(person_id, 'first_name') * 10000)::bigint as first_slot,
        floor(u(person_id, 'own_name') * getvariable('surname_cards'))::bigint as own_slot,
        -- A daughter or son bearing the first name of the parent of the same sex.
        role = 'child' and u(person_id, 'namesake') < 0.03 as is_namesake,
    from dated
),

named as (
    select
        decades.*,
        coalesce(first_name.name, 'Camille') as own_first_name,
        own.name as own_name,
    from decades
    left join first_name_deck as first_name
        on decades.sex = first_name.sex and decades.decade = first_name.decade and decades.first_slot = first_name.slot
    inner join surname_deck as own on decades.own_slot = own.slot
),

titled as (
    select
        named.*,
        case when named.is_namesake and head.sex = named.sex then head.own_first_name else named.own_first_name end as first_name,
        case
            when named.kind = 'flatmates' then named.own_name
            when named.role = 'partner' and u(named.household_id, 'unmarried') < 0.32 then named.own_name
            when named.role = 'child' and u(named.household_id, 'compound') < 0.12 then named.surname || '-' || named.own_name
            else named.surname
        end as last_name,
        case
            when named.role = 'partner' and u(named.household_id, 'unmarried') >= 0.32 then named.own_name
            when named.kind in ('single', 'single_parent') and named.role = 'head' and named.sex = 'F' and u(named.person_id, 'was_married') < 0.35 then named.own_name
        end as birth_name,
    from named
    inner join named as head on named.first_person = head.person_id
),

mailed as (
    select
        *,
        lower(replace(replace(strip_accents(first_name), ' ', ''), '''', '')) as first_key,
        lower(replace(replace(replace(strip_accents(last_name), ' ', ''), '''', ''), '-', '')) as last_key,
        pick(['gmail.com', 'gmail.com', 'gmail.com', 'gmail.com', 'gmail.com', 'orange.fr', 'orange.fr', 'hotmail.fr', 'hotmail.com',
            'hotmail.fr', 'wanadoo.fr', 'free.fr', 'free.fr', 'yahoo.fr', 'yahoo.fr', 'sfr.fr', 'laposte.net', 'outlook.fr',
            'outlook.com', 'icloud.com', 'live.fr', 'neuf.fr', 'bbox.fr', 'googlemail.com'], person_id, 'provider') as provider,
        u(person_id, 'email_style') as style,
        (10 + floor(u(person_id, 'email_number') * 90))::bigint::text as number,
    from titled
),

addressed as (
    select
        *,
        case
            when style < 0.30 then first_key || '.' || last_key
            when style < 0.42 then first_key[1] || last_key
            when style < 0.52 then first_key || last_key
            when style < 0.62 then last_key || '.' || first_key
            when style < 0.78 then first_key || '.' || last_key || right(year(birth_date)::text, 2)
            when style < 0.88 then first_key[:4] || last_key[:4] || number
            else pick(['soleil', 'chouchou', 'titi', 'luna', 'bella', 'mimosa', 'pirate', 'choupette', 'zen', 'nounours', 'minou', 'papillon'], person_id, 'nick')
                || first_key[:3] || number
        end as local_part,
    from mailed
),

homes as (
    select address_id as household_id, country, postcode from addresses
),

-- An address belongs to one person: whoever comes second gets a number.
unique_mail as (
    select
        *,
        local_part || case
            when row_number() over (partition by local_part, provider order by person_id) > 1
                then '.' || row_number() over (partition by local_part, provider order by person_id)
            else ''
        end || '@' || provider as email,
    from addressed
)

select
    person_id, household_id, kind, role, sex, first_name, last_name, birth_name, birth_date,
    case when kind = 'company' then pick(['SARL', 'SAS', 'SA', 'EURL', 'Cabinet', 'Société', 'Ets', 'SCI', 'Agence', 'Groupe'], household_id, 'form')
        || ' ' || surname || pick(['', ' Conseil', ' et Fils', ' Immobilier', ' Architecture', ' Avocats', ' Patrimoine', ' Design', ' Consulting'], household_id, 'trade') end as company_name,
    email,
    case when u(person_id, 'old_email') < 0.3 then first_key || '.' || last_key || '.' || person_id % 9973 || '@' || pick(['wanadoo.fr', 'club-internet.fr', 'aol.com', 'voila.fr', 'yahoo.fr', 'noos.fr'], person_id, 'old_provider') end as old_email,
    u(person_id, 'has_email') < 0.84 as has_email,
    case
        when country = 'FR' and postcode[:2] = '97' then case postcode[:3]
            when '971' then '590690' when '972' then '596696' when '973' then '594694' when '974' then '262692' when '976' then '262639' else '508550'
        end || lpad(shuffle(person_id, 999983)::text, 6, '0')
        when country = 'FR' then mobile_of(person_id)
        else case country when 'BE' then '3247' when 'CH' then '4179' when 'LU' then '352621' when 'GB' then '4475' else '3776' end
            || lpad(shuffle(person_id, 99999989)::text, 8, '0')[:case country when 'BE' then 7 when 'CH' then 7 when 'LU' then 6 else 8 end]
    end as mobile,
    -- A number given back is given to somebody else: the former number of one is the present number of another.
    case
        when u(person_id, 'old_mobile') < 0.01 then mobile_of((person_id + 1 + floor(u(person_id, 'recycled') * 1000)::bigint) % getvariable('profiles'))
        when u(person_id, 'old_mobile') < 0.17 then mobile_of(person_id + 40000000)
    end as old_mobile,
    household_id as address_id,
    -- One in six has moved: the former home is another address.
    case when u(case when role = 'child' then person_id else household_id end, 'moved') < 0.16
        then getvariable('profiles') + floor(u(case when role = 'child' then person_id else household_id end, 'former') * getvariable('profiles') * 0.33)::bigint end as old_address_id,
    -- One in 30 is delivered at work, where others are too.
    case when u(person_id, 'at_work') < 0.035 then (getvariable('profiles') * 1.34)::bigint + floor(power(u(person_id, 'employer'), 1.5) * (getvariable('profiles') // 400 + 20))::bigint end as work_address_id,
    case when u(person_id, 'card') < 0.45 then
        -- Two in 1,000 cards were given again to somebody else.
        '29' || lpad(shuffle(case when u(person_id, 'card_reused') < 0.002 then greatest(person_id - 17, 0) else person_id end, 99999999977)::text, 11, '0')
    end as card,
    case when u(person_id, 'language') < 0.955 then 'fr' else pick(['en', 'en', 'it', 'es', 'de', 'zh'], person_id, 'tongue') end as language,
    exp(1.25 * z(person_id, 'wealth')) as wealth,
    u(person_id, 'store_taste') as store_taste,
    u(person_id, 'web_taste') as web_taste,
from unique_mail
inner join homes using (household_id);
