import { describe, expect, it } from '@jest/globals';
import { parseCountry } from '../../src/modules/contacts/import/core/country-column.js';
import { findHeader } from '../../src/modules/contacts/import/core/header.js';
import { parseRow } from '../../src/modules/contacts/import/core/rows.js';

/** What a file with these titles and one row gives: the number, or why the row is rejected. */
function read(titles: string[], cells: string[], defaultCountry?: string): string {
  const rows = [titles, cells].map((row, index) => ({ line: index + 1, cells: row }));
  const header = findHeader(rows, {}, defaultCountry);
  if (!header.ok) throw new Error(header.reason);
  const row = parseRow({ line: 2, cells }, header.plan, defaultCountry);
  return row.kind === 'contact' ? row.phone : row.reason;
}

describe('a column beside the number says which country it is from', () => {
  it.each([
    ['Country Code', '2127365002', '+1', '+12127365002'],
    ['Country Code', '3001234502', '+57', '+573001234502'],
    ['Country Code', '9876543211', '+91', '+919876543211'],
    ['Country Code', '5321234501', '90', '+905321234501'],
    ['Country Code', '81234567801', '62', '+6281234567801'],
    ['Country Code', '15123456701', '49', '+4915123456701'],
    ['Phone Country Code', '11987654321', '0055', '+5511987654321'],
    ['WhatsApp (country code)', '11987654321', '55', '+5511987654321'],
    ['Country Code', '11987654321', "'+55", '+5511987654321'],
    ['Country Code', '11987654321', '55.0', '+5511987654321'],
    ['Country Code', '2912345', '1868', '+18682912345'],
    ['DDI', '11987654321', '55', '+5511987654321'],
    ['DDI', '2127365002', '1 (EUA)', '+12127365002'],
    ['País', '3001234502', 'Colômbia', '+573001234502'],
    ['Country', '11987654321', 'BR', '+5511987654321'],
    ['Country', '11987654321', 'bra', '+5511987654321'],
    ['Country', '11987654321', 'Brazil (+55)', '+5511987654321'],
    ['Country', '11987654321', '🇧🇷 +55', '+5511987654321'],
    ['Country', '7911123456', 'UK', '+447911123456'],
    ['Country', '2127365002', 'United States of America', '+12127365002'],
    ['Land', '015123456701', 'Deutschland', '+4915123456701'],
    ['Pays', '0612345678', 'France', '+33612345678'],
    ['国家', '13812345678', '中国', '+8613812345678'],
    ['Страна', '9123456789', 'Россия', '+79123456789'],
    ['Ülke', '5321234501', 'Türkiye', '+905321234501'],
  ])('%s: %s with %s is %s', (title, number, country, phone) => {
    const given = [
      read(['Name', 'Phone', title], ['Ana', number, country], 'BR'),
      read([title, 'Phone'], [country, number]),
    ];
    expect(given).toEqual([phone, phone]);
  });

  it.each([
    ['+57', '+55 11 98765-4321', '+5511987654321'],
    ['Brasil', '0057 300 1234502', '+573001234502'],
    ['nowhere', 'https://wa.me/573001234502', '+573001234502'],
    ['', '11987654321', '+5511987654321'],
    ['N/A', '11987654321', '+5511987654321'],
    ['?', '11987654321', '+5511987654321'],
    ['Não informado', '11987654321', '+5511987654321'],
    ['55', '5511987654321', '+5511987654321'],
  ])('%s beside %s, which says its own, or without one', (country, number, phone) => {
    expect(read(['Country Code', 'Phone'], [country, number], 'BR')).toBe(phone);
  });

  it.each([
    ['nowhere', '11987654321', /"Country Code" names no country/],
    ['Outro', '11987654321', /"Country Code" names no country/],
    ['US/Canada', '2125550123', /"Country Code" names no country/],
    ['Congo, Democratic Republic of', '991234567', /"Country Code" names no country/],
    ['999', '11987654321', /"Country Code" names no country/],
    ['Brazil (+57)', '11987654321', /"Country Code" names no country/],
    ['+57', '11987654321', /Colombia/],
    ['+55', '351912345678', /none of the country in the cell "Country Code"/],
  ])('no stranger is written to: %s beside %s', (country, number, reason) => {
    expect(read(['Country Code', 'Phone'], [country, number], 'BR')).toMatch(reason);
  });

  it('a dialled code goes before the country of an address', () => {
    const titles = ['Country', 'Country Code', 'Phone'];
    expect(read(titles, ['Portugal', '+57', '3001234502'], 'BR')).toBe('+573001234502');
    expect(read(titles, ['Colombia', '', '3001234502'], 'BR')).toBe('+573001234502');
  });

  it('every country is known by its code, its name, and the code that is dialled', () => {
    for (const [cell, country] of [
      ['GB', 'GB'],
      ['+44', 'GB'],
      ['+44 (Jersey)', 'JE'],
      ['+7', 'RU'],
      ['Kazakhstan +7', 'KZ'],
      ['+1', 'US'],
      ['Canada (+1)', 'CA'],
      ['MEX', 'MX'],
      ['Alemanha', 'DE'],
      ['Emirados Árabes Unidos', 'AE'],
      ['BR - Brazil', 'BR'],
      ['Brazil (BR) +55', 'BR'],
      ['Korea, Republic of', 'KR'],
      ['Bolivia, Plurinational State of', 'BO'],
    ]) {
      expect([cell, parseCountry(cell ?? '')]).toEqual([cell, country]);
    }
  });
});

describe('numbers of others go last', () => {
  it.each([
    [['WhatsApp da loja', 'Celular do cliente']],
    [['WhatsApp sender number', 'Customer phone']],
    [['Driver mobile', 'Phone']],
    [['Store phone', 'Customer phone']],
    [['Celular da mãe', 'Telefone do aluno']],
    [['Old phone', 'New phone']],
    [['WhatsApp del repartidor', 'Teléfono']],
    [['WhatsApp Fahrer', 'Telefon']],
    [['Courier WhatsApp', 'Home phone']],
    [['WhatsApp des Absenders', 'Number']],
    [['Telefone antigo', 'Celular']],
  ])('%j', (titles) => {
    const cells = ['+5511987654321', '+5511987654322'];
    expect(read(titles, cells, 'BR')).toBe(cells[1]);
    expect(read(titles.toReversed(), cells, 'BR')).toBe(cells[0]);
  });

  it('but are taken where there is no other', () => {
    expect(read(['Aluno', 'Celular da mãe'], ['Ana', '11987654321'], 'BR')).toBe('+5511987654321');
  });
});

describe('titles of countries in other words', () => {
  it.each(
    (
      'Country ISO;Country (ISO);country_iso2;CountryCode;Country/Region;Phone Country;Phone country (ISO);' +
      'Contact Country;Billing Country;Mobile Country;Country Abbr.;ISO;ISO2;ISO alpha-2;Dial code;Intl prefix;' +
      'WhatsApp Country Prefix;Sigla do país;País (sigla);Código país teléfono;Código ISO;Pays de résidence;' +
      'Préfixe international;Ländervorwahl;Länderkürzel;Land (Kürzel);Landsnummer;Landnummer;Paese di residenza;' +
      'Prefisso internazionale;Kod kraju telefonu;Страна телефона;Международный код;Ülke Kodu (ISO);国家/地区;رمز الاتصال الدولي'
    ).split(';'),
  )('%s', (title) => {
    for (const country of ['IN', '+91', 'India']) {
      expect(read(['Customer Name', 'Mobile', title], ['Ravi', '9870718360', country], 'BR')).toBe(
        '+919870718360',
      );
    }
  });

  it.each([
    ['Origin', '9870718360', 'IN', 'BR'],
    ['Foo', '9870718360', '+91', 'BR'],
    ['Nationality', '9870718360', 'India', 'BR'],
    ['X', '81234567801', 'ID', 'BR'],
  ])('where only the cells do, no stranger is written to: %s', (title, number, country, defaultCountry) => {
    const given = read(['Name', 'Mobile', title], ['Ravi', number, country], defaultCountry);
    expect(given).toMatch(new RegExp(`the cell "${title}" seems to say which country`));
  });

  it.each([
    ['UF', '9333334444', 'PA', 'BR', '+559333334444'],
    ['Foo', '11987654321', 'AR', 'BR', '+5511987654321'],
    ['Guests', '11987654321', '+1', 'BR', '+5511987654321'],
    ['Age', '8133480165', '91', 'BR', '+558133480165'],
    ['Where', '7654321098', 'IN', 'US', '+17654321098'],
    ['ISO', '11987654321', 'ISO 9001', 'BR', '+5511987654321'],
    ['Idioma', '11987654321', 'es', 'BR', '+5511987654321'],
    ['Provincia', '0775 123456', 'FR', 'IT', '+390775123456'],
    ['Landline', '11987654321', '', 'BR', '+5511987654321'],
  ])('nobody else is rejected: %s', (title, number, cell, defaultCountry, phone) => {
    expect(read(['Name', 'Mobile', title], ['Ana', number, cell], defaultCountry)).toBe(phone);
  });
});

describe('numbers of a firm, a host or a helper go after those of the person', () => {
  it.each([
    [['WhatsApp da empresa', 'Celular do cliente']],
    [['WhatsApp da clínica', 'Celular do paciente']],
    [['Office WhatsApp', 'Customer mobile']],
    [['Quem indicou (WhatsApp)', 'Telefone']],
    [['Support WhatsApp', 'Phone']],
    [['Assigned WhatsApp number', 'Phone']],
    [['WhatsApp account', 'Phone']],
    [['Conta WhatsApp', 'Telefone']],
    [['Host phone', 'Guest phone']],
    [['Telefone do anfitrião', 'Telefone do hóspede']],
    [['Landlord mobile', 'Tenant phone']],
    [['WhatsApp del soporte', 'Teléfono']],
    [['WhatsApp der Praxis', 'Telefon']],
    [['Handy Vermieter', 'Telefon Mieter']],
  ])('%j', (titles) => {
    const cells = ['+5511987654321', '+5511987654322'];
    expect(read(titles, cells, 'BR')).toBe(cells[1]);
    expect(read(titles.toReversed(), cells, 'BR')).toBe(cells[0]);
  });

  it('and so does a column with one number for everybody', () => {
    const titles = ['Name', 'WhatsApp line', 'Phone'];
    const rows = ['1', '2', '3'].map((end) => [`P${end}`, '+5511987654320', `+551198765432${end}`]);
    const header = findHeader(
      [titles, ...rows].map((cells, line) => ({ line, cells })),
      {},
    );
    expect(header.ok && header.plan.phone).toBe(2);
  });
});

describe('where the others are empty, a phone of the person at home or at work', () => {
  it.each([
    [['Person - Phone - Work', 'Person - Phone - Mobile'], ['11 96071-7396', ''], '+5511960717396'],
    [['Default Address Phone', 'Phone'], ['11 96071-7396', ''], '+5511960717396'],
    [['Home Phone', 'Mobile Phone'], ['11 96071-7396', ''], '+5511960717396'],
    [['Business Phone', 'Home Phone', 'Mobile Phone'], ['', '11 96071-7396', '-'], '+5511960717396'],
    [['Telefone residencial', 'Celular'], ['1133334444', ''], '+551133334444'],
    [['Telefon privat', 'Mobil'], ['+5511960717396', ''], '+5511960717396'],
  ])('%j', (titles, cells, phone) => {
    expect(read(['Name', ...titles], ['Ana', ...cells], 'BR')).toBe(phone);
  });

  it.each([
    [
      ['Company Main Phone', 'Mobile'],
      ['1133334444', ''],
    ],
    [
      ["Mother's home phone", 'Mobile'],
      ['1133334444', ''],
    ],
    [
      ['Emergency home phone', 'Mobile'],
      ['1133334444', ''],
    ],
    [
      ['Home Fax', 'Mobile'],
      ['1133334444', ''],
    ],
    [
      ['WhatsApp da empresa', 'Celular'],
      ['1133334444', ''],
    ],
    [
      ["Assistant's Phone", 'Mobile'],
      ['1133334444', ''],
    ],
  ])('never one of others: %j', (titles, cells) => {
    expect(read(['Name', ...titles], ['Ana', ...cells], 'BR')).toBe('the phone number is empty');
  });

  it('nor in place of a number with a fault', () => {
    expect(read(['Home Phone', 'Mobile'], ['1133334444', '12345678'], 'BR')).toMatch(/no such phone/);
  });
});

describe('a column beside the number holds its area code', () => {
  it.each([
    ['DDD;Telefone', '11;96071-8364', 'BR', '+5511960718364'],
    ['DDD;Telefone', '11;95145-9983', 'BR', '+5511951459983'],
    ['DDD (sem zero);Celular', '(011);5145-9983', 'BR', '+551151459983'],
    ['DDD;Celular', '11.0;951459983', 'BR', '+5511951459983'],
    ['DDD;Celular', '0xx11;95145-9983 / 95145-9984', 'BR', '+5511951459983'],
    ['DDD1;TELEFONE1;DDD2;TELEFONE2', '11;;21;95145-9983', 'BR', '+5521951459983'],
    ['DDD;Telefone;DDD;Celular', '11;3333-4444;21;95145-9983', 'BR', '+5521951459983'],
    ['DDD Telefone;DDD Celular;Telefone;Celular', '11;21;3333-4444;95145-9983', 'BR', '+5521951459983'],
    ['Telefone;Celular;DDD', '3333-4444;95145-9983;11', 'BR', '+5511951459983'],
    ['País;DDD;Telefone', 'BR;11;96071-8364', 'US', '+5511960718364'],
    ['DDI;DDD;Telefone', '55;11;96071-8364', undefined, '+5511960718364'],
    ['Prefixo;Telefone', '11;96071-8364', 'BR', '+5511960718364'],
    ['Area code;Phone', '212;555-0143', 'US', '+12125550143'],
    ['Phone;Phone area code', '555-0143;212', 'US', '+12125550143'],
    ['Vorwahl;Telefon', '030;123456', 'DE', '+4930123456'],
    ['Vorwahl;Handy', '171;1234567', 'DE', '+491711234567'],
    ['Indicatif;Téléphone', '01;40205050', 'FR', '+33140205050'],
    ['Prefisso;Cellulare', '333;1234567', 'IT', '+393331234567'],
    ['Prefisso;Telefono', '2;1234567', 'IT', '+39021234567'],
    ['Lada;Celular', '55;12345678', 'MX', '+525512345678'],
    ['Código de área;Celular', '11;15 2345-6789', 'AR', '+5491123456789'],
    ['STD Code;Phone', '080;23456789', 'IN', '+918023456789'],
    ['市外局番;電話番号', '03;1234-5678', 'JP', '+81312345678'],
  ])('%s with %s is %s: %s', (titles, cells, country, phone) => {
    expect(read(titles.split(';'), cells.split(';'), country)).toBe(phone);
  });

  it.each([
    ['DDD;Celular', '11;(11) 95145-9983', 'BR', '+5511951459983'],
    ['DDD;Celular', '11;+55 21 95145-9983', 'BR', '+5521951459983'],
    ['DDD;Celular', '11;5511951459983', 'BR', '+5511951459983'],
    ['DDD;Celular', ';11 95145-9983', 'BR', '+5511951459983'],
    ['DDD;Telefone;Celular', '11;3333-4444;(21) 95145-9983', 'BR', '+5521951459983'],
    ['Vorwahl;Telefon', '030;030 123456', 'DE', '+4930123456'],
    ['Area code;Phone', '212;212-555-0143', 'US', '+12125550143'],
    // Codes of countries under the same titles.
    ['Vorwahl;Handy', '+49;171 1234567', 'DE', '+491711234567'],
    ['Indicatif;Téléphone', '33;612345678', 'FR', '+33612345678'],
    ['Prefisso;Cellulare', '39;3331234567', 'IT', '+393331234567'],
    ['Prefijo;Móvil', '34;612345678', 'ES', '+34612345678'],
  ])(
    'but a number that has it already stays as it is: %s with %s (%s) is %s',
    (titles, cells, country, phone) => {
      expect(read(titles.split(';'), cells.split(';'), country)).toBe(phone);
    },
  );

  it.each([
    ['DDD;Celular', '11;(21) 95145-9983', 'BR', /"DDD": it has another one/],
    ['DDD;Celular', 'SP;95145-9983', 'BR', /"DDD": it is none/],
    ['DDD;Celular', '20;95145-9983', 'BR', /"DDD": there is no such number/],
    ['DDD;Celular', ';95145-9983', 'BR', /no such phone number in Brazil.*"DDD" gives no area code/],
    ['DDD;Celular', '11;95145-9983', undefined, /"DDD": give a default country/],
    ['Ortsvorwahl;Telefon', '030;30123456', 'DE', /"Ortsvorwahl": it may be with or without it/],
    ['Ortsvorwahl;Telefon', '030;171 1234567', 'DE', /"Ortsvorwahl": it has another one/],
  ])('no stranger is written to: %s with %s (%s)', (titles, cells, country, reason) => {
    expect(read(titles.split(';'), cells.split(';'), country)).toMatch(reason);
  });
});
