import { describe, expect, it } from '@jest/globals';
import { getCountries, getExampleNumber } from 'libphonenumber-js/max';
import examples from 'libphonenumber-js/mobile/examples';
import { firstPhone, isPhoneCountry, normalisePhone } from '../../src/lib/phone.js';

describe('a phone number is understood as people and spreadsheets write it', () => {
  it.each([
    ['+55 11 98765-4321', undefined, '+5511987654321'],
    ['0055 11 98765 4321', undefined, '+5511987654321'],
    ['(11) 98765-4321', 'BR', '+5511987654321'],
    ['011 98765.4321', 'br', '+5511987654321'],
    ['5511987654321', 'BR', '+5511987654321'],
    ['5511987654321', undefined, '+5511987654321'],
    ['5511987654321', 'FR', '+5511987654321'],
    ['5511987654321.0', undefined, '+5511987654321'],
    ['5.511987654321E+12', undefined, '+5511987654321'],
    ['5,511987654321E+12', undefined, '+5511987654321'],
    ['11987654321.0', 'BR', '+5511987654321'],
    ['whatsapp:+5511987654321', undefined, '+5511987654321'],
    ['tel:+55-11-98765-4321', undefined, '+5511987654321'],
    ['5511987654321@c.us', undefined, '+5511987654321'],
    ["'+5511987654321", undefined, '+5511987654321'],
    ['＋５５１１９８７６５４３２１', undefined, '+5511987654321'],
    ['+٥٥١١٩٨٧٦٥٤٣٢١', undefined, '+5511987654321'],
    ['\u202a+55 11 98765\u20114321\u202c', undefined, '+5511987654321'],
    ['+44 (0)20 7946 0018', undefined, '+442079460018'],
    ['020 7946 0018', 'GB', '+442079460018'],
    ['030/123456', 'DE', '+4930123456'],
    ['+1 (202) 555-0143', 'BR', '+12025550143'],
    ['011 55 11 98765 4321', 'US', '+5511987654321'],
  ])('%s (%s) is %s', (input, country, phone) => {
    expect(normalisePhone(input, country)).toMatchObject({ ok: true, phone });
  });

  it.each([
    ['553181234567@s.whatsapp.net', undefined, '+553181234567'],
    ['553181234567:12@s.whatsapp.net', undefined, '+553181234567'],
    ['5215512345678@c.us', 'BR', '+5215512345678'],
    // Without its country code it would be a number of Brazil.
    ['31612345678@c.us', 'BR', '+31612345678'],
    ['+55 (31) 8123-4567', undefined, '+553181234567'],
    ['(31) 8123-4567', 'BR', '+553181234567'],
    ['0 15 31 8123-4567', 'BR', '+553181234567'],
    // Not in Denmark: a number of the given country, in whatever form, comes first.
    ['45 8123-4567', 'BR', '+554581234567'],
    ['+52 1 55 1234 5678', undefined, '+5215512345678'],
    ['521 55 1234 5678', 'MX', '+5215512345678'],
    ['1 55 1234 5678', 'MX', '+5215512345678'],
    ['044 55 1234 5678', 'MX', '+525512345678'],
    ['045 55 1234 5678', 'MX', '+525512345678'],
    ['+52 01 55 1234 5678', undefined, '+525512345678'],
    ['+54 11 15 2345-6789', undefined, '+5491123456789'],
    ['+54 9 11 15 2345-6789', undefined, '+5491123456789'],
    ['011 15-2345-6789', 'AR', '+5491123456789'],
    ['(02966) 15-234567', 'AR', '+5492966234567'],
    ['+229 97 12 34 56', undefined, '+22997123456'],
    ['07 12 34 56', 'CI', '+22507123456'],
  ])('%s (%s), written as before a reform, is %s', (input, country, phone) => {
    expect(normalisePhone(input, country)).toMatchObject({ ok: true, phone });
  });

  it.each([
    ['+55 31 5123-456', 'a landline without a digit'],
    ['+55 30 8123-4567', 'an area that does not exist'],
    ['+52 1 55 1234 567', 'a digit too few behind the 1'],
    ['+54 9 15 2345-6789', 'no area'],
    ['8123-4567', 'no area'],
  ])('%s is refused: %s', (input) => {
    expect(normalisePhone(input, 'BR')).toMatchObject({ ok: false });
  });

  it('names the country of the number', () => {
    expect(normalisePhone('+4930123456', 'BR')).toMatchObject({ country: 'DE' });
  });
});

/** With their codes and no plus sign, mobile numbers of these are also some within Brazil, Indonesia or Austria. */
const MISTAKABLE = 'BG HK KH KI MK MO PE PF PG TH TL VN'.split(' ');

describe('the mobile number of every country is understood in every form', () => {
  it.each(getCountries())('%s', (country) => {
    const example = getExampleNumber(country, examples);
    if (!example) throw new Error(`no example number of ${country}`);
    const digits = example.number.slice(1);
    const international = [
      example.number,
      example.formatInternational(),
      example.formatInternational().replace(/[ -]/g, '.'),
      example.format('RFC3966'),
      `00${digits}`,
      `${digits}@c.us`,
    ];
    const national = [example.formatNational(), example.nationalNumber, digits];
    // What may be a number within another country needs to be told which one it is from.
    const isUnmistakable = digits.length > 10 && !MISTAKABLE.includes(country);
    const bare = [digits, `${digits}.0`].map((text) => normalisePhone(text));
    expect(bare).toEqual(
      bare.map(() =>
        expect.objectContaining(
          isUnmistakable
            ? { phone: example.number }
            : { ok: false, reason: expect.stringContaining('or give a default country') },
        ),
      ),
    );
    const understood = [
      ...international.map((text) => [text, normalisePhone(text)]),
      ...national.map((text) => [text, normalisePhone(text, country)]),
    ];
    expect(understood).toEqual(
      [...international, ...national].map((text) => [
        text,
        expect.objectContaining({ phone: example.number }),
      ]),
    );
  });
});

describe('a phone number that cannot be right is refused in plain words', () => {
  it.each([
    ['', 'BR', /empty/],
    ['   ', 'BR', /empty/],
    ['call me', 'BR', /letters/],
    ['1-800-FLOWERS', 'US', /letters/],
    ['123', 'BR', /too short/],
    ['+55 11 9876', undefined, /too short for Brazil/],
    ['+55 11 98765 4321 99', undefined, /too long for Brazil/],
    ['12345678901234567890', 'BR', /too long/],
    ['+999 123 456 789', undefined, /country code does not exist/],
    ['(11) 98765-4321', undefined, /default country/],
    // Numbers of Austria, Myanmar, Norway, Peru, Spain and Japan to those who know that their plus signs were lost.
    ['4313-6891', undefined, /default country/],
    ['951459983', undefined, /default country/],
    ['4792345678', undefined, /default country/],
    ['51987654321', undefined, /default country/],
    ['34912345678', undefined, /default country/],
    ['81234567801', undefined, /default country/],
    ['+1 111 111 1111', undefined, /no such phone number/],
    ['00 00 00 00 00', 'BR', /country code does not exist/],
    ['5.51199E+12', 'BR', /last digits are lost/],
    ['5.51198765432E+12', 'BR', /last digits are lost/],
    ['+5511987654321 +5511987654322', 'BR', /more than one/],
    ['+55#11', 'BR', /contains "#"/],
    ['+5511987654321', 'XX', /not a country code/],
  ])('%s (%s): %s', (input, country, reason) => {
    expect(normalisePhone(input, country)).toEqual({ ok: false, reason: expect.stringMatching(reason) });
  });
});

describe('digits beside a whole number reach no stranger', () => {
  it.each([
    ['98765 43210/11', 'IN', '11'],
    ['98765 43210 / 11', 'IN', '11'],
    ['9876543210/11', undefined, '11'],
    ['98765-43210-11', 'IN', '11'],
    ['98765 43210 11', 'IN', '11'],
    ['98765 43210 (11)', 'IN', '11'],
    ['98765 43210, 11', 'IN', '11'],
    ['98765 43210 & 11', 'IN', '11'],
    ['98765 43210\\11', 'IN', '11'],
    ['98765 43210\n11', 'IN', '11'],
    ['+91 98765 43210/11', undefined, '11'],
    ['0664 123456 / 57', 'AT', '57'],
    ['0664/123456/57', 'AT', '57'],
    ['+43 664 123456/57', undefined, '57'],
    ['0664 123456 - 57', 'AT', '57'],
    ['0664 123456-57', 'AT', '57'],
    ['0664 123456 57', 'AT', '57'],
    ['0664-123456-57', 'AT', '57'],
    ['0664123456-57', 'AT', '57'],
    ['0664/123456-57', 'AT', '57'],
    ['+43 664 123456-57', undefined, '57'],
    ['+43664123456 57', undefined, '57'],
    ['0664 1234567-8', 'AT', '8'],
    ['0664 123456 57 58', 'AT', '57 58'],
    ['0812 345678-90', 'ID', '90'],
    // Behind a landline, as the library sees a number of Argentina without its 9.
    ['11 2345-6789 (12)', 'AR', '12'],
    ['11 2345-6789 - 12', 'AR', '12'],
    ['11 2345-6789-12', 'AR', '12'],
    ['1123456789 12', 'AR', '12'],
    ['11 2345 6789 12', 'AR', '12'],
    ['495 123-45-67 12', 'RU', '12'],
    ['495 123 45 67 12', 'RU', '12'],
    ['+49 30 123456 (78)', undefined, '78'],
    // Without its area, and so no number of another area.
    ['3333-4444-12', 'BR', '12'],
    ['3333-4444 12', 'BR', '12'],
    ['3333-4444 (12)', 'BR', '12'],
    ['91987-6543 - 21', 'BR', '21'],
    ['234-5678-123', 'US', '123'],
    // A longer number of the same country.
    ['333 1234567-12', 'IT', '12'],
    ['333 1234567 12', 'IT', '12'],
    ['333 1234567 1', 'IT', '1'],
    ['333 123 4567 1', 'IT', '1'],
    ['+39 333 1234567-12', undefined, '12'],
    ['0812 3456 789-12', 'ID', '12'],
    ['0812 3456 789 12', 'ID', '12'],
    ['0812-3456-789 1', 'ID', '1'],
    ['+62 812-3456-789-1', undefined, '1'],
    ['041 2345678 1', 'FI', '1'],
    ['021 123 4567 1', 'NZ', '1'],
    ['(11) 98765-4321/4322', 'BR', '4322'],
    ['(11) 98765-4321; 22', 'BR', '22'],
    ['020 7946 0018/9', 'GB', '9'],
    ['12; (11) 98765-4321', 'BR', '12'],
  ])('%s (%s)', (text, country, tail) => {
    const refused = { ok: false, reason: expect.stringContaining(`"${tail}" stands beside a whole number`) };
    expect([normalisePhone(text, country), firstPhone(text, country)]).toEqual([refused, refused]);
  });

  it.each([
    ['+1 202 555 0143 ext. 5', undefined],
    ['+1 202 555 0143x123', undefined],
    ['+1 (202) 555-0143 extension 12', undefined],
    ['(11) 3333-4444 ramal 12', 'BR'],
    ['55 1234 5678 int. 4', 'MX'],
    ['030 1234567 Durchwahl 12', 'DE'],
    ['+7 495 123-45-67 доб. 12', undefined],
    ['03-1234-5678 内線12', 'JP'],
    ['+1 202 555 0143 #5', undefined],
  ])('%s (%s) has an extension', (text, country) => {
    const refused = { ok: false, reason: expect.stringMatching(/extension/) };
    expect([normalisePhone(text, country), firstPhone(text, country)]).toEqual([refused, refused]);
  });
});

describe('a slash, dots and dashes inside one number mean nothing', () => {
  it.each([
    ['0664/123456', 'AT', '+43664123456'],
    ['0664/123 45 67', 'AT', '+436641234567'],
    ['0664 12 34 56 7', 'AT', '+436641234567'],
    ['0664 123 45-67', 'AT', '+436641234567'],
    ['0664 12345-67', 'AT', '+436641234567'],
    ['0664 1234 567', 'AT', '+436641234567'],
    ['0664 1234567', 'AT', '+436641234567'],
    ['0664-123-456-78', 'AT', '+4366412345678'],
    ['+436641234 567', undefined, '+436641234567'],
    ['066412345 678', 'AT', '+4366412345678'],
    ['030 123456-78', 'DE', '+493012345678'],
    ['0171 123456 7', 'DE', '+491711234567'],
    ['333 12 34 567', 'IT', '+393331234567'],
    ['0812 345 678 90', 'ID', '+6281234567890'],
    ['98765 43210', 'IN', '+919876543210'],
    ['11 98 765 43 21', 'BR', '+5511987654321'],
    ['1198 7654 321', 'BR', '+5511987654321'],
    ['11 98765 432 1', 'BR', '+5511987654321'],
    ['11 - 98765 - 432 - 1', 'BR', '+5511987654321'],
    ['41 79 123 45 67', 'AT', '+41791234567'],
    ['0812-345-678-901', 'ID', '+62812345678901'],
    ['021 123 456 78', 'NZ', '+642112345678'],
    ['030 123456-0', 'DE', '+49301234560'],
    ['495 123-45-67', 'RU', '+74951234567'],
    ['11 2345-6789', 'AR', '+541123456789'],
    ['0043 664/1234567', undefined, '+436641234567'],
    ['089/1234-567', 'DE', '+49891234567'],
    ['089 / 123 456 - 78', 'DE', '+498912345678'],
    ['+1 202 555/0143', undefined, '+12025550143'],
    ['01.42.68.53.00', 'FR', '+33142685300'],
    ['44 7911 123 456', 'FR', '+447911123456'],
    ['5,511,987,654,321', undefined, '+5511987654321'],
  ])('%s (%s)', (text, country, phone) => {
    expect(normalisePhone(text, country)).toMatchObject({ ok: true, phone });
    expect(firstPhone(text, country)).toMatchObject({ ok: true, phone });
  });
});

describe('of several whole numbers a cell gives the first usable one, a field none', () => {
  it.each([
    ['+55 11 98765-4321 ::: +55 11 98765-4322', '+5511987654321'],
    ['(11) 98765-4321; (11) 98765-4322', '+5511987654321'],
    ['11987654321,11987654322', '+5511987654321'],
    ['(11) 98765-4321 / (11) 3333-4444', '+5511987654321'],
    ['11 98765-4321/98765-4322', '+5511987654321'],
    ['11 98765-4321|11 98765-4322', '+5511987654321'],
    ['11 98765-4321\n11 98765-4322', '+5511987654321'],
    ['11 98765-4321\r\n11 98765-4322', '+5511987654321'],
    ['11 98765-4321 ou 11 98765-4322', '+5511987654321'],
    ['(11) 98765-4321 or (11) 98765-4322', '+5511987654321'],
    ['+5511987654321 +5511987654322', '+5511987654321'],
    ['11987654321 11987654322', '+5511987654321'],
    ['(11) 98765-4321 - (11) 98765-4322', '+5511987654321'],
    ['Cel: (11) 98765-4321; Fixo: (11) 3333-4444', '+5511987654321'],
    ['11 18765-4321; 11 98765-4322', '+5511987654322'],
  ])('%j', (text, phone) => {
    expect(firstPhone(text, 'BR')).toMatchObject({ ok: true, phone });
    expect(normalisePhone(text, 'BR')).toEqual({ ok: false, reason: expect.stringMatching(/more than one/) });
  });

  it.each([
    ['ligar antes; (11) 98765-4321', '+5511987654321'],
    ['(11) 98765-4321; Maria', '+5511987654321'],
  ])('%j: words beside it are no number', (text, phone) => {
    expect(firstPhone(text, 'BR')).toMatchObject({ ok: true, phone });
    expect(normalisePhone(text, 'BR')).toEqual({ ok: false, reason: expect.stringMatching(/letters/) });
  });

  it.each([
    ['*144 ::: +55 11 98765-4321', '+5511987654321'],
    ['190 ::: +55 11 98765-4321', '+5511987654321'],
    ['(11) 98765-4321 ::: 190', '+5511987654321'],
    ['Casa ::: (11) 98765-4321', '+5511987654321'],
    ['(11) 98765-4321/22 ::: (11) 98765-4323', '+5511987654323'],
  ])('%j: the values of an address book stand each for itself', (text, phone) => {
    expect(firstPhone(text, 'BR')).toMatchObject({ ok: true, phone });
    expect(normalisePhone(text, 'BR')).toMatchObject({ ok: false });
  });

  it('says so when none can be used', () => {
    const reason = expect.stringMatching(/none of the 2 numbers.*no such phone number in Brazil/);
    expect(firstPhone('11 18765-4321; 11 18765-4322', 'BR')).toEqual({ ok: false, reason });
  });

  it('a separator at the end is none', () => {
    expect(normalisePhone('+5511987654321;')).toMatchObject({ ok: true });
  });
});

describe('what people and programs put around a number is left out', () => {
  it.each([
    ['p:+5511987654321', '+5511987654321'],
    ['Cel.: (11) 98765-4321', '+5511987654321'],
    ['WhatsApp (11) 98765-4321', '+5511987654321'],
    ['(11) 98765-4321 (WhatsApp)', '+5511987654321'],
    ['https://wa.me/5511987654321', '+5511987654321'],
    ['https://api.whatsapp.com/send?phone=5511987654321&text=oi', '+5511987654321'],
    ['5511987654321:12@s.whatsapp.net', '+5511987654321'],
    ['९८७६५४३२१०', '+919876543210', 'IN'],
    ['๐๘๑ ๒๓๔ ๕๖๗๘', '+66812345678', 'TH'],
  ])('%s', (text, phone, country = 'BR') => {
    expect(normalisePhone(text, country)).toMatchObject({ ok: true, phone });
  });

  it.each([
    ['Fax: (11) 3333-4444', /letters/],
    ['123456789012345@lid', /hides the phone number/],
    ['120363000000000000@g.us', /no phone number of a person/],
    ['x'.repeat(10_000), /too long/],
  ])('but not %s', (text, reason) => {
    expect(normalisePhone(text, 'BR')).toEqual({ ok: false, reason: expect.stringMatching(reason) });
  });
});

it('a long text is refused or read, whatever it is made of, in steps that grow with its length only', () => {
  for (const piece of ['1', '1 ', '1/', ' ou ', '+1', '(', 'x1', '1,', ' - ', ':::']) {
    expect(firstPhone(piece.repeat(200_000), 'BR').ok).toBe(false);
    expect(firstPhone(piece.repeat(490 / piece.length), 'BR').ok).toBe(false);
  }
});

it('knows which countries have phone numbers', () => {
  expect(isPhoneCountry('br')).toBe(true);
  expect(isPhoneCountry('XX')).toBe(false);
});

it.each([
  ['4313-6891', 'BR'],
  ['(4313-6891)', 'BR'],
  ['95145-9983', 'BR'],
  ['95122 3344', 'BR'],
  ['4930-4369', 'IN'],
  ['4930436', 'CO'],
  ['470-9409', 'US'],
  ['43136891', 'PT'],
  ['6328-2394', 'AR'],
])('a number without its area, %s in %s, is none of another country', (number, country) => {
  expect(normalisePhone(number, country)).toMatchObject({ ok: false });
});

it.each([
  ['(11) 96071-7890 - WhatsApp', 'BR', '+5511960717890'],
  ['(11) 96071-7891 WhatsApp', 'BR', '+5511960717891'],
  ['(0xx11) 96071-7879', 'BR', '+5511960717879'],
  ['11 96071-7879 (casa)', 'BR', '+5511960717879'],
  ['📱 11 96071-7879', 'BR', '+5511960717879'],
  ['11 96071-7879 ☎️', 'BR', '+5511960717879'],
  ['415-200-8011 home', 'US', '+14152008011'],
  ['c: 415-200-8011', 'US', '+14152008011'],
  ['0151 23456701 (privat)', 'DE', '+4915123456701'],
  ['+54 9 011 2345-6789', 'AR', '+5491123456789'],
  ['001 52 55 1234 5678', 'MX', '+525512345678'],
])('one number with a note, %s in %s, is %s', (number, country, phone) => {
  expect(firstPhone(number, country)).toMatchObject({ phone });
});

it.each([
  ['98765 43210 11 home', 'IN'],
  ['0664 123456-57 home', 'AT'],
  ['11 96071-7879 casa 11 96071-7878', 'BR'],
  ['11 96071-7879 (ramal 5)', 'BR'],
  ['11 96071-7879 (fax)', 'BR'],
  ['11 96071-7879 no', 'BR'],
  ['11 96071-7879 antigo', 'BR'],
])('but not one with a tail, a second one or another remark: %s', (number, country) => {
  expect(firstPhone(number, country)).toMatchObject({ ok: false });
});
