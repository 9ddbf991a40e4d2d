-- What each system believes about each person: the same people, seen through tills, forms and spreadsheets.

-- How well each system asks: the share of records that bear an e-mail, phone, birth date, address or card, and the share of names mistyped.
create table habits as
select * from (values
    ('retail_pro', 0.70, 0.80, 0.45, 0.55, 0.45, 0.050, 0.040),
    ('magento', 1.00, 0.80, 0.50, 0.80, 0.20, 0.015, 0.000),
    ('guest', 1.00, 0.95, 0.05, 1.00, 0.00, 0.020, 0.000),
    ('splio', 0.96, 0.55, 0.00, 0.00, 0.30, 0.010, 0.000),
    ('clientela', 0.70, 0.82, 0.50, 0.50, 0.50, 0.040, 0.015),
    ('zendesk', 0.96, 0.40, 0.00, 0.00, 0.00, 0.030, 0.000),
    ('boutiques', 0.50, 0.80, 0.45, 0.65, 0.40, 0.080, 0.030),
    ('anciens_clients', 0.42, 0.70, 0.50, 0.85, 0.00, 0.090, 0.000),
    ('loyalty', 0.68, 0.74, 0.75, 0.65, 1.00, 0.050, 0.010),
    ('review', 1.00, 0.00, 0.00, 0.00, 0.00, 0.030, 0.000)
) as habit (origin, email_share, phone_share, birth_share, address_share, card_share, typo_share, placeholder_share);

create macro at_random(k, draw, first_age, last_age) as
    date_trunc('second', getvariable('as_of') - to_seconds((86400 * (last_age + (first_age - last_age) * u(k, draw)) + 3600)::bigint));

create table first_purchases as
select person_id, min(created_at) as first_at, max(created_at) as last_at, count(*) as receipts from receipts where person_id is not null group by person_id;

create table first_orders as
select person_id, min(created_at) as first_at, count(*) as orders from web_orders group by person_id;

-- Who is known where, and how many times.
create table presence as
select
    people.person_id,
    coalesce(first_purchases.receipts, 0) as receipts,
    coalesce(first_orders.orders, 0) as orders,
    first_purchases.first_at as first_receipt_at, first_orders.first_at as first_order_at,
    case
        when coalesce(first_purchases.receipts, 0) > 0 then 1
            + (u(people.person_id, 'till_twice') < case when first_purchases.receipts > 1 then 0.16 else 0 end)::bigint
            + (u(people.person_id, 'till_thrice') < case when first_purchases.receipts > 3 then 0.05 else 0 end)::bigint
        else (u(people.person_id, 'till_file') < 0.12)::bigint
    end as retail_pro,
    case
        when not has_email then 0
        when coalesce(first_orders.orders, 0) > 0 then (u(people.person_id, 'account') < case when first_orders.orders > 4 then 0.985 else 0.82 end)::bigint
            * (1 + (old_email is not null and u(people.person_id, 'account_twice') < 0.12)::bigint)
        else (u(people.person_id, 'account') < 0.07)::bigint
    end as magento,
    (u(people.person_id, 'card_opened') < case when wealth > 4 then 0.45 when coalesce(first_purchases.receipts, 0) > 1 then 0.16 else 0.05 end)::bigint as clientela,
    case when has_email or u(people.person_id, 'sms_only') < 0.15 then (u(people.person_id, 'contact') < 0.42)::bigint * (1 + (u(people.person_id, 'contact_twice') < 0.05)::bigint) else 0 end as splio,
    (u(people.person_id, 'asked') < 0.085)::bigint as zendesk,
    (u(people.person_id, 'boutique_list') < 0.035)::bigint as boutiques,
    (u(people.person_id, 'former') < 0.065)::bigint as anciens_clients,
    (card is not null and u(people.person_id, 'card_list') < 0.24)::bigint as loyalty,
from people
left join first_purchases using (person_id)
left join first_orders using (person_id);

-- Whoever is nowhere has at least a file at a till.
update presence set retail_pro = 1
where retail_pro + magento + clientela + splio + zendesk + boutiques + anciens_clients + loyalty + orders = 0;

create table sightings as
select 'retail_pro' as origin, person_id, unnest(range(retail_pro)) as copy, null::bigint as event_id,
    case when first_receipt_at is not null then first_receipt_at - to_minutes(2) else at_random(person_id, 'till_at', 2200, 5) end as seen_at
from presence
union all
select 'magento', person_id, unnest(range(magento)), null,
    case when first_order_at is not null then first_order_at - to_minutes(6) else at_random(person_id, 'account_at', 1600, 3) end
from presence
union all
-- Guests: one record for each order of a person without an account, and now and then of one who has one.
select 'guest', web_orders.person_id, web_orders.order_id, web_orders.order_id, web_orders.created_at
from web_orders
inner join presence using (person_id)
where presence.magento = 0 or u(web_orders.order_id, 'as_guest') < 0.05
union all
select 'clientela', person_id, unnest(range(clientela)), null, at_random(person_id, 'card_at', 1000, 3) from presence
union all
select 'splio', person_id, unnest(range(splio)), null, at_random(person_id, 'contact_at', 1500, 3) from presence
union all
select 'zendesk', person_id, unnest(range(zendesk)), null, at_random(person_id, 'asked_at', 900, 3) from presence
union all
select 'boutiques', person_id, unnest(range(boutiques)), null, at_random(person_id, 'list_at', 2400, 300) from presence
union all
select 'anciens_clients', person_id, unnest(range(anciens_clients)), null, at_random(person_id, 'former_at', 6000, 2000) from presence
union all
select 'loyalty', person_id, unnest(range(loyalty)), null, at_random(person_id, 'issued_at', 1460, 30) from presence
union all
-- Reviews on the shop's own pages, by buyers, under the name they like.
select 'review', person_id, order_id, order_id, created_at + to_days((5 + floor(u(order_id, 'review_after') * 25))::integer)
from web_orders
where u(order_id, 'review') < 0.03 and status = 'complete' and created_at < getvariable('as_of') - to_days(31);

-- What a hand does to a word: swaps two letters, drops one, doubles one, hits the next key.
create macro position_of(word, k, draw) as floor(u(k, draw || 'at') * (length(word) - 2))::bigint;
create macro slip(word, k, draw) as
    case
        when length(word) < 4 then word
        else case floor(u(k, draw) * 4)::bigint
            when 0 then word[:1 + position_of(word, k, draw)] || word[3 + position_of(word, k, draw)] || word[2 + position_of(word, k, draw)] || word[4 + position_of(word, k, draw):]
            when 1 then word[:1 + position_of(word, k, draw)] || word[3 + position_of(word, k, draw):]
            when 2 then word[:2 + position_of(word, k, draw)] || word[2 + position_of(word, k, draw):]
            else word[:1 + position_of(word, k, draw)] || translate(word[2 + position_of(word, k, draw)], 'aeiorstnluEAIORSTNLU', 'zrupeytbkiRZUPEYTBKI') || word[3 + position_of(word, k, draw):]
        end
    end;

create macro national_phone(ten, digits, k) as
    case floor(u(k, 'phone_style') * 20)::bigint
        when 0 then '+' || digits
        when 1 then '+' || digits
        when 2 then '+' || digits[:-10] || ' ' || digits[-9] || ' ' || ten[3:4] || ' ' || ten[5:6] || ' ' || ten[7:8] || ' ' || ten[9:10]
        when 3 then '00' || digits
        when 4 then '+' || digits[:-10] || ' (0)' || right(ten, 9)
        when 5 then digits
        when 6 then ten[:2] || '-' || ten[3:4] || '-' || ten[5:6] || '-' || ten[7:8] || '-' || ten[9:10]
        when 7 then ten[:2] || '.' || ten[3:4] || '.' || ten[5:6] || '.' || ten[7:8] || '.' || ten[9:10]
        when 8 then ten[:2] || '.' || ten[3:4] || '.' || ten[5:6] || '.' || ten[7:8] || '.' || ten[9:10]
        when 9 then right(ten, 9)
        when 10 then ten[:2] || ' ' || ten[3:4] || ' ' || ten[5:6] || ' ' || ten[7:8] || ' ' || ten[9:10]
        when 11 then ten[:2] || ' ' || ten[3:4] || ' ' || ten[5:6] || ' ' || ten[7:8] || ' ' || ten[9:10]
        when 12 then ten[:2] || ' ' || ten[3:4] || ' ' || ten[5:6] || ' ' || ten[7:8] || ' ' || ten[9:10]
        when 13 then ten[:2] || '/' || ten[3:4] || '/' || ten[5:6] || '/' || ten[7:8] || '/' || ten[9:10]
        else ten
    end;

-- A French number as people write it; one from abroad with its country code.
create macro written_phone(digits, k) as
    case
        when digits is null then null
        when digits[:2] = '33' or digits[:3] in ('590', '596', '594', '262') then national_phone('0' || right(digits, 9), digits, k)
        else case floor(u(k, 'phone_style') * 3)::bigint when 0 then '00' || digits else '+' || digits end
    end;

create table seen as
with drawn as (
    select
        row_number() over (order by origin, seen_at, person_id, copy) as record_no,
        sightings.*,
    from sightings
),

-- Whose contact points are given: one's own, or those of the head of the household.
shared as (
    select
        drawn.record_no, drawn.origin, drawn.copy, drawn.event_id, drawn.seen_at,
        people.*,
        households.landline, households.has_landline,
        head.email as head_email, head.mobile as head_mobile, head.has_email as head_has_email,
        habits.* exclude (origin),
        nicknames.nickname,
        stores.store_code, stores.phone as store_phone, stores.email as store_email,
        -- The older of two records is more likely to hold what has since changed.
        case when drawn.seen_at < getvariable('as_of') - to_days(700) then 0.35 else 0.10 end as stale_share,
    from drawn
    inner join people using (person_id)
    inner join households using (household_id)
    inner join people as head on households.first_person = head.person_id
    inner join habits on drawn.origin = habits.origin
    inner join buyers on people.person_id = buyers.person_id
    inner join store_slots on buyers.home_store_slot = store_slots.slot
    inner join stores on store_slots.store_number = stores.store_number
    left join nicknames on people.first_name = nicknames.first_name
),

chosen as (
    select
        *,
        u(record_no, 'title') as title_draw,
        u(record_no, 'first') as first_draw,
        u(record_no, 'last') as last_draw,
        u(record_no, 'case') as case_draw,
        u(record_no, 'swap') as swap_draw,
        u(record_no, 'birth') as birth_draw,
        u(record_no, 'birth_noise') as birth_noise,
        u(record_no, 'email') as email_draw,
        u(record_no, 'email_noise') as email_noise,
        u(record_no, 'phone') as phone_draw,
        u(record_no, 'phone_noise') as phone_noise,
        u(record_no, 'address_noise') as address_noise,
        case
            when work_address_id is not null and u(record_no, 'to_work') < 0.4 then work_address_id
            when old_address_id is not null and u(record_no, 'former_home') < stale_share then old_address_id
            else address_id
        end as shown_address_id,
        case
            when origin in ('magento') then case when copy = 1 then old_email else email end
            when role != 'head' and kind in ('couple', 'family', 'single_parent') and head_has_email and u(record_no, 'family_email') < case when has_email then 0.03 else 0.22 end then head_email
            when not has_email and origin != 'guest' then null
            when old_email is not null and u(record_no, 'former_email') < stale_share then old_email
            else email
        end as shown_email,
        case
            when role != 'head' and kind in ('couple', 'family', 'single_parent') and u(record_no, 'family_phone') < 0.04 then head_mobile
            when has_landline and u(record_no, 'land') < 0.10 then landline
            when old_mobile is not null and u(record_no, 'former_phone') < stale_share then old_mobile
            else mobile
        end as shown_mobile,
        -- A name before or after marriage.
        case when birth_name is not null and u(record_no, 'maiden') < case when origin in ('anciens_clients', 'boutiques') then 0.4 else 0.15 end then birth_name else last_name end as shown_last_name,
    from shared
),

named as (
    select
        *,
        case
            when origin in ('retail_pro', 'clientela', 'boutiques') and first_draw < 0.015 then null
            when origin in ('retail_pro', 'clientela', 'splio') and first_draw < 0.03 then first_name[1] || '.'
            when nickname is not null and first_draw < 0.09 then nickname
            when contains(first_name, '-') and first_draw < 0.45 then case floor(first_draw * 1000)::bigint % 5
                when 0 then first_name[1] || '.-' || split_part(first_name, '-', 2)[1] || '.'
                when 1 then replace(first_name, '-', ' ')
                when 2 then split_part(first_name, '-', 1)
                when 3 then first_name[1] || '-' || split_part(first_name, '-', 2)[1]
                else replace(first_name, '-', '')
            end
            when u(record_no, 'first_slip') < typo_share then slip(first_name, record_no, 'first_slip_how')
            else first_name
        end as typed_first_name,
        case
            when birth_name is not null and last_draw < 0.06 then birth_name || ' ép. ' || last_name
            when birth_name is not null and last_draw < 0.12 then last_name || '-' || birth_name
            when contains(shown_last_name, ' ') and last_draw < 0.2 then replace(shown_last_name, ' ', '')
            when contains(shown_last_name, '-') and last_draw < 0.3 then replace(shown_last_name, '-', ' ')
            when u(record_no, 'last_slip') < typo_share then slip(shown_last_name, record_no, 'last_slip_how')
            else shown_last_name
        end as typed_last_name,
    from chosen
),

swapped as (
    select
        *,
        case when swap_draw < 0.02 and typed_first_name is not null then typed_last_name else typed_first_name end as placed_first_name,
        case when swap_draw < 0.02 and typed_first_name is not null then typed_first_name else typed_last_name end as placed_last_name,
    from named
),

styled as (
    select
        *,
        case
            when case_draw < 0.22 then upper(strip_accents(placed_first_name))
            when case_draw < 0.30 then lower(placed_first_name)
            when case_draw < 0.45 then strip_accents(placed_first_name)
            -- Read as Windows-1252 what was UTF-8.
            when case_draw < 0.465 then replace(replace(replace(placed_first_name, 'é', 'Ã©'), 'è', 'Ã¨'), 'ç', 'Ã§')
            else placed_first_name
        end as out_first_name,
        case
            when case_draw < 0.22 or case_draw > 0.7 then upper(strip_accents(placed_last_name))
            when case_draw < 0.30 then lower(placed_last_name)
            when case_draw between 0.45 and 0.465 then replace(placed_last_name, 'é', 'Ã©')
            else placed_last_name
        end as out_last_name,
    from swapped
)

select
    record_no, origin, person_id, copy, event_id, kind, sex, seen_at,
    store_code,
    case
        when kind = 'company' and title_draw < 0.7 then case when title_draw < 0.3 then 'Sté' end
        when title_draw < 0.24 then null
        when sex = 'F' then case when title_draw > 0.995 then 'M.' when title_draw > 0.93 then 'Mlle' when title_draw > 0.8 then 'MME' when title_draw > 0.72 then 'Madame' when title_draw > 0.7 then 'Mrs' else 'Mme' end
        else case when title_draw > 0.995 then 'Mme' when title_draw > 0.8 then 'MR' when title_draw > 0.72 then 'Monsieur' when title_draw > 0.7 then 'Mr' else 'M.' end
    end as title,
    case when kind = 'company' and u(record_no, 'company_first') < 0.5 then null else out_first_name end as first_name,
    case when kind = 'company' and u(record_no, 'company_last') < 0.45 then upper(company_name) else out_last_name end as last_name,
    case when u(record_no, 'birth_name') < 0.3 then birth_name end as birth_name,
    case when kind = 'company' and u(record_no, 'company_field') < 0.8 then company_name when work_address_id = shown_address_id then pick(['GROUPE ', 'BANQUE ', 'AGENCE ', 'CABINET ', 'ASSURANCES '], work_address_id, 'employer') || pick(['NORD', 'ATLAS', 'EUROPE', 'LUMIERE', 'CENTRE', 'OUEST', 'MERIDIEN'], work_address_id, 'employer_name') end as company_name,
    case when u(record_no, 'gender') < 0.75 then sex end as gender,
    (case
        when birth_noise < 0.025 and origin in ('retail_pro', 'magento', 'boutiques', 'loyalty') then date '1900-01-01'
        when birth_draw >= birth_share or kind = 'company' then null
        when birth_noise < 0.03 then date '1970-01-01'
        when birth_noise < 0.055 and day(birth_date) <= 12 then make_date(year(birth_date), day(birth_date), month(birth_date))
        when birth_noise < 0.062 then make_date(year(birth_date), month(birth_date), 1)
        when birth_noise < 0.070 then birth_date + to_days(365 * 10 + 3)
        when birth_noise < 0.078 then birth_date + to_days(1)
        else birth_date
    end)::date as birth_date,
    case
        when email_noise < placeholder_share then pick(['nomail@horizon-paris.example', 'noemail@gmail.com', 'nomail@nomail.fr', 'pasdemail@gmail.com', 'client@horizon-paris.example', 'xx@xx.fr', store_email], record_no, 'placeholder')
        when shown_email is null or email_draw >= email_share then null
        when origin = 'magento' then case when email_noise < 0.1 then upper(shown_email[1]) || shown_email[2:] else shown_email end
        when email_noise < 0.06 then upper(shown_email)
        when email_noise < 0.075 then replace(replace(shown_email, 'gmail.com', 'gmial.com'), 'hotmail', 'hotmal')
        when email_noise < 0.085 then slip(shown_email, record_no, 'email_slip')
        when email_noise < 0.09 then replace(shown_email, '@', ' @')
        when email_noise < 0.094 then replace(shown_email, '.fr', ',fr')
        when email_noise < 0.097 then replace(shown_email, '@', '')
        when email_noise < 0.12 and ends_with(shown_email, '@gmail.com') then replace(split_part(shown_email, '@', 1), '.', '') || '@gmail.com'
        when email_noise < 0.13 and ends_with(shown_email, '@gmail.com') then split_part(shown_email, '@', 1) || '+horizon@gmail.com'
        else shown_email
    end as email,
    -- Tills keep several.
    case when origin = 'retail_pro' and email_draw < 0.08 and old_email is not null and has_email then case when shown_email = old_email then email else old_email end end as other_email,
    case
        when phone_noise < placeholder_share then store_phone
        when phone_draw >= phone_share then null
        when phone_noise < 0.030 then pick(['0600000000', '0000000000', '06', '0102030405', '99', '0606060606', 'NC'], record_no, 'no_phone')
        when phone_noise < 0.036 then left(written_phone(shown_mobile, record_no), length(written_phone(shown_mobile, record_no)) - 1)
        when phone_noise < 0.042 then written_phone(shown_mobile[:8] || ((shown_mobile[9]::bigint + 1) % 10)::text || shown_mobile[10:], record_no)
        else written_phone(shown_mobile, record_no)
    end as phone,
    case when origin in ('retail_pro', 'anciens_clients', 'boutiques') and u(record_no, 'second_phone') < 0.25 then written_phone(case when has_landline then landline else mobile end, record_no + 7) end as other_phone,
    case when u(record_no, 'address') < address_share then shown_address_id end as address_id,
    address_noise,
    case
        when card is not null and u(record_no, 'card_shown') < card_share
            then case when origin != 'loyalty' and u(record_no, 'card_typo') < 0.012 then card[:9] || ((card[10]::bigint + 1) % 10)::text || card[11:] else card end
    end as card,
    language,
    least(getvariable('as_of') - to_minutes(30), date_trunc('second', seen_at + to_seconds(floor((1 - power(u(record_no, 'touched'), 0.5)) * datediff('second', seen_at, getvariable('as_of')))::bigint))) as updated_at,
from styled;

-- Addresses as typed.
create table records as
with addressed as (
    select seen.*, addresses.* exclude (address_id)
    from seen
    left join addresses on seen.address_id = addresses.address_id
)

select
    * exclude (address_id, address_noise, line_1, line_2, postcode, city, label, insee_code),
    case
        when address_noise < 0.18 then upper(strip_accents(line_1))
        when address_noise < 0.26 then replace(replace(replace(line_1, ' avenue ', ' av. '), ' boulevard ', ' bd '), ' rue ', ' r. ')
        when address_noise < 0.30 then regexp_replace(line_1, '^(\d+)', '\1,')
        when address_noise < 0.34 then strip_accents(line_1)
        when address_noise < 0.36 then slip(line_1, record_no, 'street_slip')
        when address_noise < 0.37 then regexp_replace(line_1, '^\d+ ', '')
        when address_noise < 0.375 then 'NC'
        else line_1
    end as line_1,
    case when u(record_no, 'complement_shown') < 0.6 then line_2 end as line_2,
    case
        when u(record_no, 'postcode_noise') < 0.012 then postcode[:4] || ((postcode[5:5])::text || '0')[1]
        when u(record_no, 'postcode_noise') < 0.022 then ltrim(postcode, '0')
        when u(record_no, 'postcode_noise') < 0.027 then postcode[:2] || ' ' || postcode[3:]
        when u(record_no, 'postcode_noise') < 0.037 then null
        else postcode
    end as postcode,
    case
        when u(record_no, 'city_noise') < 0.35 then coalesce(label, upper(strip_accents(city)))
        when u(record_no, 'city_noise') < 0.45 then upper(strip_accents(city))
        when u(record_no, 'city_noise') < 0.50 then replace(replace(city, 'Saint-', 'St '), 'Sainte-', 'Ste ')
        when u(record_no, 'city_noise') < 0.53 and city = 'Paris' then 'Paris ' || right(postcode, 2)
        when u(record_no, 'city_noise') < 0.55 then upper(strip_accents(city)) || ' CEDEX'
        when u(record_no, 'city_noise') < 0.57 then slip(city, record_no, 'city_slip')
        else city
    end as city,
from addressed;
