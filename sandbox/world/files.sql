-- The file feeds, column by column as their owners write them (dates and numbers as text, but in the workbooks and Parquet).

create table file_boutiques as
select
    workbook, n, source_customer_id as "N° client", title as "Civilité", last_name as "Nom", first_name as "Prénom", birth_name as "Nom de naissance",
    birth_date as "Date de naissance", email as "Email", other_phone as "Téléphone", phone as "Mobile", line_1 as "Adresse", line_2 as "Complément",
    postcode as "Code postal", city as "Ville", case when line_1 is not null then 'France' end as "Pays", card as "Carte", store_code as "Boutique",
    seen_at as "Créé le", company_name as "Société",
from keyed
-- A workbook of a boutique holds a few thousand rows, not more.
where origin = 'boutiques' and n <= 12000;

create table file_anciens_clients as
select
    source_customer_id as "Code client", title as "Civilité", last_name as "Nom", first_name as "Prénom", company_name as "Société",
    strftime(birth_date, '%d/%m/%Y') as "Né(e) le", email as "E-mail", other_phone as "Tél. domicile", phone as "Tél. portable",
    line_1 as "Adresse 1", line_2 as "Adresse 2", postcode as "CP", city as "Ville", country as "Pays", strftime(seen_at, '%d/%m/%Y') as "Créé le",
from keyed
where origin = 'anciens_clients';

create table file_cartes as
select
    year(seen_at) as year, card as numero_carte, title as civilite, first_name as prenom, last_name as nom, strftime(birth_date, '%Y-%m-%d') as date_naissance,
    email, phone as telephone, line_1 as adresse, postcode as code_postal, city as ville, store_code as boutique, strftime(seen_at, '%Y-%m-%d') as date_adhesion,
from keyed
where origin = 'loyalty';

-- Reviews collected by a third party after a web order.
create table file_avis as
with answered as (
    select
        web_orders.order_id, magento_orders.increment_id, magento_orders.customer_email, magento_orders.customer_firstname, magento_orders.customer_lastname,
        web_orders.created_at + to_days((6 + floor(u(order_id, 'avis_after') * 30))::integer) as reviewed_at,
    from web_orders
    inner join magento_orders on web_orders.order_id = magento_orders.entity_id
    where u(order_id, 'avis') < 0.06 and web_orders.status = 'complete'
)

select
    year(reviewed_at) as year,
    'AV' || lpad(order_id::text, 9, '0') as id_avis, strftime(reviewed_at, '%d/%m/%Y %H:%M') as date_avis,
    pick(['5', '5', '4,5', '4', '4', '3,5', '3', '2', '1'], order_id, 'avis_note') as note,
    pick(['Parfait', 'Très satisfaite', 'Je recommande', 'Déçu ; colis abîmé', 'Conforme', 'Un "must"'], order_id, 'avis_titre') as titre,
    pick(['Rien à dire.', 'Livraison rapide, bel emballage.', 'La boucle s''est cassée.', 'Cadeau très apprécié', 'Cuir superbe ; couleur fidèle.'], order_id, 'avis_commentaire') as commentaire,
    sku, increment_id as numero_commande, customer_email as email, customer_firstname as prenom, customer_lastname as nom,
from answered
inner join (select order_id, min(product_id) as product_id from web_lines group by order_id) as first_line using (order_id)
inner join products using (product_id)
where reviewed_at < getvariable('as_of');

create table file_web_events as
select strftime(occurred_at, '%Y%m') as month, * from web_visits where occurred_at < getvariable('as_of') - to_days(90);

-- Six campaigns: to whom each was sent, and what they did.
create table file_splio_events as
with sends as (
    select
        splio_contacts.id, splio_contacts.unique_key, splio_contacts.email, campaign, keyed.n * 8 + campaign as k,
        getvariable('as_of')::date - to_days((12 + campaign * 55)::integer) + to_seconds((28800 + floor(u(keyed.n * 8 + campaign, 'mailed_at') * 7200))::bigint) as sent_at,
    from keyed
    inner join splio_contacts on keyed.source_customer_id = splio_contacts.id
    cross join (select unnest(range(6)) as campaign) as campaigns
    where keyed.origin = 'splio' and splio_contacts.email is not null and u(person_id, 'optin') < 0.55
        and keyed.seen_at < getvariable('as_of') - to_days((14 + campaign * 55)::integer)
),

outcomes as (
    select *, u(k, 'mail_outcome') as draw from sends
),

events as (
    select *, 'email_sent' as event_type, sent_at as event_at from outcomes
    union all
    select *, 'email_bounced', sent_at + to_seconds(9) from outcomes where draw > 0.98
    union all
    select *, 'email_opened', sent_at + to_minutes((3 + floor(u(k, 'opened_after') * 2000))::integer) from outcomes where draw < 0.36
    union all
    select *, 'email_clicked', sent_at + to_minutes((5 + floor(u(k, 'opened_after') * 2000))::integer) from outcomes where draw < 0.08
    union all
    select *, 'email_unsubscribed', sent_at + to_minutes((9 + floor(u(k, 'opened_after') * 2000))::integer) from outcomes where draw between 0.355 and 0.359
)

select
    strftime(sent_at, '%Y%m') as month,
    'SE' || k || '-' || event_type[7:8] as event_id, id as contact_id, unique_key as contact_key, email, event_type,
    'Newsletter ' || strftime(sent_at, '%Y-%m') as campaign,
    ['Vos ventes privées', 'La nouvelle collection', 'Nos pièces iconiques', 'Invitation en boutique', 'L''art de la maison', 'Une attention pour vous'][1 + campaign] as subject,
    strftime(event_at, '%Y-%m-%d %H:%M:%S') as event_date, k,
from events
where event_at < getvariable('as_of');

-- Forms signed in stores and on stands, by address or number: a box for messages, and below it, on the
-- newer forms, another for advertising that is matched to the address or number.
create table file_optins as
with signed as (
    select
        person_id, email, mobile, channel, hash(person_id, channel) as k,
        at_random(hash(person_id, channel), 'signed_at', 900, 2) as signed_at,
    from people
    cross join (select unnest(['email', 'sms', 'phone']) as channel) as channels
    where u(hash(person_id, channel), 'form') < 0.07 and (channel != 'email' or has_email)
), answered as (
    select
        *, '' as box, 'prospection' as finalite,
        u(person_id, 'optin') < 0.55 or u(k, 'form_refused') < 0.4 as agreed,
    from signed
    union all
    select
        *, '-pub' as box, 'publicité' as finalite,
        u(person_id, 'optin') < 0.55 and u(k, 'advertising') < 0.7 as agreed,
    from signed
    where channel != 'phone' and u(k, 'newer_form') < 0.8
)

select
    year(signed_at) as year,
    'OPT' || lpad(person_id::text, 8, '0') || '-' || channel || box as id_consentement,
    case channel when 'email' then 'email' else 'phone' end as type_contact,
    case channel when 'email' then email else written_phone(mobile, k) end as valeur,
    channel as canal,
    finalite,
    if(agreed, 'oui', 'non') as consentement,
    'Horizon' as marque,
    pick(['formulaire boutique', 'salon', 'jeu concours', 'ticket dématérialisé'], k, 'form_kind') as preuve,
    strftime(signed_at, '%d/%m/%Y %H:%M') as date_recueil,
from answered;
