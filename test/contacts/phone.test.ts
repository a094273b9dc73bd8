import { describe, expect, it } from '@jest/globals';
import { getCountries, getExampleNumber } from 'libphonenumber-js/max';
import examples from 'libphonenumber-js/mobile/examples';
import { isPhoneCountry, normalisePhone } from '../../src/lib/phone.js';

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
      digits,
      `${digits}.0`,
    ];
    const national = [example.formatNational(), example.nationalNumber, digits];
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

it('knows which countries have phone numbers', () => {
  expect(isPhoneCountry('br')).toBe(true);
  expect(isPhoneCountry('XX')).toBe(false);
});
