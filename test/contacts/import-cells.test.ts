import { describe, expect, it } from '@jest/globals';
import { personName } from '../../src/lib/names.js';
import { planColumns } from '../../src/modules/contacts/import/core/columns.js';
import { parseRow } from '../../src/modules/contacts/import/core/rows.js';
import { parseBoolean } from '../../src/modules/contacts/import/core/truth.js';

const PHONE = '+5511987654321';

/** A row below these titles, as the import reads it. */
function read(titles: string[], cells: string[], mapping = {}) {
  const outcome = planColumns(titles, mapping, 'BR');
  if (!outcome.ok) throw new Error(outcome.reason);
  return parseRow({ line: 2, cells }, outcome.plan, 'BR');
}

describe('the number of a row', () => {
  const titles = ['Name', 'Phone 1 - Label', 'Phone 1 - Value', 'Phone 2 - Label', 'Phone 2 - Value'];
  it.each([
    ['Mobile', '+55 11 98765-4321 ::: +55 11 98765-4322', '', '', PHONE],
    ['Home', '+55 11 3333-4444', 'Mobile', PHONE, PHONE],
    ['Work Fax', '+55 11 3333-4444', '* Celular', PHONE, PHONE],
    ['Home', '+55 11 3333-4444', 'Work', '+55 11 3333-5555', '+551133334444'],
    ['Mobile', '+55 11 9', '', PHONE, PHONE],
    ['Mobile', PHONE, 'WhatsApp', '+55 11 98765-4322', '+5511987654322'],
    ['', '', 'Home', '+55 11 3333-4444', '+551133334444'],
  ])('%s %s and %s %s: %s', (label1, value1, label2, value2, phone) => {
    expect(read(titles, ['Ana', label1, value1, label2, value2])).toMatchObject({ kind: 'contact', phone });
  });

  it('is not a fax, and the reason is that of the first one', () => {
    expect(read(titles, ['Ana', 'Home Fax', '+55 11 3333-4444', '', ''])).toMatchObject({ kind: 'rejected' });
    expect(read(titles, ['Ana', 'Mobile', '+55 11 9', 'Home', 'x'])).toMatchObject({
      reason: expect.stringMatching(/too short for Brazil/),
    });
  });

  it('is in the next column of the same title where the first has none', () => {
    expect(read(['Telefone 1', 'Telefone 2'], ['', PHONE])).toMatchObject({ phone: PHONE });
  });
});

describe('a name that is none', () => {
  it.each([
    'NULL',
    'null',
    '(null)',
    '\\N',
    'N/A',
    '#N/A',
    'undefined',
    'None',
    'nan',
    '-',
    '...',
    '\u200b',
    '\u3164',
    '\u2800 \u200d',
    '\ufeff',
    '\u0301',
    '   ',
  ])('%j', (name) => {
    expect(personName(name)).toBeNull();
    expect(read(['name', 'phone'], [name, PHONE])).toMatchObject({ kind: 'contact', name: null });
  });

  it.each(['Nan', 'Nilo', 'Nona', 'Ana N/A', '山', '🌸', '7', "D'"])('%j is one', (name) => {
    expect(personName(name)).toBe(name);
  });

  it('is left out of a name of several columns', () => {
    const row = read(['First name', 'Last name', 'phone'], ['Ana', 'NULL', PHONE]);
    expect(row).toMatchObject({ name: 'Ana', attributes: { first_name: 'Ana' } });
  });

  it.each(['NULL', '\u200b'])('is no attribute either: %j', (cell) => {
    expect(read(['First name', 'phone'], [cell, PHONE])).toMatchObject({ name: null, attributes: {} });
  });
});

it('texts are stored composed', () => {
  const row = read(
    ['phone', 'name', 'cidade', 'tags'],
    [PHONE, 'José', 'São Paulo', 'café'].map((text) => text.normalize('NFD')),
  );
  expect(row).toMatchObject({ name: 'José', attributes: { cidade: 'São Paulo' }, tags: ['café'] });
});

it('the mark of a formula is taken off: in a name, a tag, an attribute and a number', () => {
  const row = read(
    ['phone', 'name', 'tags', 'instagram', 'discount'],
    [`'${PHONE}`, "'@ana", "vip;'=x", "'@ana", "'-10%"],
  );
  expect(row).toMatchObject({
    phone: PHONE,
    name: '@ana',
    tags: ['=x', 'vip'],
    attributes: { instagram: '@ana', discount: '-10%' },
  });
});

describe('true and false', () => {
  it.each(
    'TRUE; yes; Y; 1; 1.0; on; x; sim; Sí; oui; ja; WAHR; VERDADEIRO; VRAI; tak; ano; igen; da; да; ИСТИНА; так; evet; DOĞRU; نعم; כן; हाँ; ya; có; ใช่; 是; はい; 네; ✓; ✔️; =TRUE(); true()'.split(
      '; ',
    ),
  )('%s is true', (cell) => expect(parseBoolean(cell)).toBe(true));

  it.each(
    "FALSE; no; N; 0; 0.0; 0,0; off; não; NAO; non; nein; FALSCH; FALSO; FAUX; nie; ne; nem; nu; нет; ЛОЖЬ; ні; hayır; YANLIŞ; όχι; لا; לא; नहीं; tidak; không; ไม่; 否; 不; いいえ; 아니요; ✗; ❌; =FALSE(); '=FALSE()".split(
      '; ',
    ),
  )('%s is false', (cell) => expect(parseBoolean(cell)).toBe(false));

  it.each(['maybe', 'talvez', '2', '', 'nope', 'truth', 'x'.repeat(1_000)])('%j is neither', (cell) =>
    expect(parseBoolean(cell)).toBeUndefined(),
  );

  const mapping = { vip: { column: 'VIP', type: 'boolean' as const } };
  it('become the values of a column that is declared so, and of no other', () => {
    const titles = ['phone', 'VIP', 'Active'];
    expect(read(titles, [PHONE, 'não', 'FALSE'], mapping)).toMatchObject({
      attributes: { vip: false, active: 'FALSE' },
    });
    expect(read(titles, [PHONE, 'Sim', ''], mapping)).toMatchObject({ attributes: { vip: true } });
    expect(read(titles, [PHONE, '', ''], mapping)).toMatchObject({ attributes: {} });
  });

  it('a cell that is neither rejects its row', () => {
    expect(read(['phone', 'VIP'], [PHONE, 'talvez'], mapping)).toMatchObject({
      kind: 'rejected',
      reason: expect.stringMatching(/"VIP" is neither true nor false/),
    });
  });
});

describe('who opted out', () => {
  it.each([
    ['Opted out', 'yes'],
    ['opted_out', '2026-11-30T10:28:11.667Z'],
    ['Unsubscribed', 'TRUE'],
    ['unsubscribed_at', '30/11/2026 10:28'],
    ['Descadastrado', 'Sim'],
    ['opt_out', '1'],
    ['OptOut', 'x'],
    ['Fecha de baja', '46356'],
    ['Abgemeldet am', '30. November 2026'],
    ['Отписан', 'да'],
    ['退订', '是'],
    ['Do not contact', 'x'],
    ['Subscribed', 'no'],
    ['WhatsApp opt-in', 'FALSE'],
    ['Opted in', '0'],
    ['Subscription status', 'unsubscribed'],
    ['Consent', 'withdrawn (api)'],
    ['Opted-Out (WhatsApp)', 'Yes'],
    ['opted_out_whatsapp', '1'],
    ['Opted Out of WhatsApp', 'Yes'],
    ['Unsubscribed from all', 'TRUE'],
    ['Unsubscribed (yes/no)', 'yes'],
    ['WHATSAPP_BLACKLISTED', '1'],
    ['WhatsApp bloqueado', 'Sim'],
    ['UNSUB_TIME', '2026-01-02 10:11:12'],
    ['SMS Consent Status', 'UNSUBSCRIBED'],
    ['Accepts SMS Marketing', 'no'],
    ['Aceita receber mensagens?', 'Não'],
    ['Quer sair da lista?', 'sim'],
    ['Opt-Out Status', 'Yes'],
    ['opt_out_status', '1'],
    ['Opt-in status', 'Opted-out'],
    ['Global opt-out', 'yes'],
    ['Opted out of WhatsApp: Marketing Information', 'true'],
    ['Opted out of email and WhatsApp', 'yes'],
    ['Date unsubscribed', '2026-01-02'],
    ['Data opt-out', '02/01/2026 10:00'],
    ['Optout timestamp', '1764498491'],
    ['et4ae5__HasOptedOutOfMobile__c', '1'],
    ['Suppressed', 'x'],
    ['Do not text', 'yes'],
    ['Do not send Marketing Material', 'Do Not Send'],
    ['Do not allow Phone Calls', 'Do Not Allow'],
    ['No longer wants messages', 'yes'],
    ['Não quer receber mensagens', 'sim'],
    ['Recusou receber mensagens', 'sim'],
    ['Desinscrito', 'sim'],
    ['Removido da lista', 'sim'],
    ['No desea recibir mensajes', 'sí'],
    ['Ne souhaite pas recevoir de SMS', 'oui'],
    ['Keine Werbung', 'ja'],
    ['Отписался от рассылки', 'да'],
    ['已退订短信', '是'],
    ['同意接收短信', '否'],
    ['不接受短信', '是'],
    ['メッセージの配信に同意', 'いいえ'],
    ['SMS Marketing Status', 'Unsubscribed'],
    ['WhatsApp Communication Subscription Status', 'Unsubscribed'],
    ['SMS channel status', 'unsubscribed'],
    ['SMS Marketing Status', 'NEVER_SUBSCRIBED'],
    ['Can Receive SMS Marketing', 'FALSE'],
    ['WhatsApp Opted', 'false'],
    ['Allow messages', 'no'],
    ['Aceita WhatsApp', 'não'],
    ['Aceita receber novidades por WhatsApp?', 'Não'],
    ['Acepta publicidad', 'No'],
    ['Consentimento LGPD', 'não'],
    ['Consentimento para comunicação', 'Recusado'],
    ['Consent', 'no'],
    ['Aceita receber mensagens?', 'Não, obrigado.'],
    ['Deseja receber mensagens?', 'Não quero mais'],
    ['Souhaitez-vous recevoir nos messages ?', 'Non merci'],
    ['Opt-in', 'I do not agree'],
    ['İletişim izni', 'hayır'],
    ['İYS izin durumu', 'RET'],
    ['Opted out', 'Sim, por favor'],
    ['Opt-out', 'E-mail; WhatsApp'],
    ['Consent to WhatsApp', 'No'],
    ['Consent status', 'No'],
    ['Aceita?', 'não'],
    ['Permission', 'denied'],
    ['Permission denied', 'yes'],
    ['Não autoriza', 'sim'],
    ['Opt out of insurance messages', 'yes'],
    ['Opted out of all', 'yes'],
    ['Opt-out reason', 'too many messages'],
    ['Motivo do descadastro', 'não quer mais'],
  ])('%s: %s', (title, cell) => {
    expect(read(['phone', title], [PHONE, cell])).toMatchObject({ kind: 'contact', optedOut: true });
  });

  it.each([
    ['Opted out', ''],
    ['Opted out', 'no'],
    ['Unsubscribed', 'FALSE'],
    ['Unsubscribed at', '0000-00-00 00:00:00'],
    ['Unsubscribed at', 'NULL'],
    ['opted_out', '0'],
    ['Subscribed', 'yes'],
    ['Subscribed', ''],
    ['Opt in', '2026-01-01'],
    ['Subscription status', 'subscribed'],
    ['Subscription status', 'trial'],
    ['Consent', 'granted (web form)'],
    ['Consent', 'yes'],
    ['Consent to WhatsApp', 'yes'],
    ['Contract accepted', 'no'],
    ['Não aceita', 'não'],
    ['Opt out of insurance', 'yes'],
    ['Pension opt-out', 'yes'],
    ['Descadastrado do seguro', 'sim'],
    ['Email opt out', 'yes'],
    ['Unsubscribed from all email', 'yes'],
    ['Bus stop', 'yes'],
    ['Opted out (email)', 'yes'],
    ['Opted out of email: Marketing Information', 'true'],
    ['Do not allow Emails', 'Do Not Allow'],
    ['Do not allow Phone Calls', 'Allow'],
    ['Accepts Email Marketing', 'no'],
    ['Opt-Out Status', 'Subscribed'],
    ['Opt-out reason', 'n/a'],
    ['Opt-out reason', 'no'],
    ['Unsubscribe link', 'https://example.com/u/1'],
    ['Opt out count', '3'],
    ['Do not disturb start', '22:00'],
    ['Do not substitute', 'yes'],
    ['Has WhatsApp', 'no'],
    ['Não tem WhatsApp', 'sim'],
    ['Not contacted', 'yes'],
    ['Message received', 'no'],
    ['Não respondeu mensagem', 'sim'],
    ['Aceita cartão', 'não'],
    ['Photo consent', 'no'],
    ['Subscription plan', 'no'],
    ['May sales', '0'],
    ['Contact No', '1'],
    ['同意接收短信', '是'],
    ['Согласие на рассылку', 'да'],
    ['Accepts WhatsApp messages', 'yes'],
    ['Não aceita mensagens', 'não'],
  ])('%s: %s says nothing', (title, cell) => {
    expect(read(['phone', title], [PHONE, cell])).toMatchObject({ kind: 'contact', optedOut: false });
  });

  it('a cell that says neither rejects its row: nobody is written to by mistake', () => {
    expect(read(['phone', 'Opted out'], [PHONE, 'see notes'])).toMatchObject({
      kind: 'rejected',
      reason: expect.stringMatching(/"Opted out".*neither yes nor no/),
    });
  });

  it('a column of any title can be mapped', () => {
    const row = read(['phone', 'Saiu'], [PHONE, 'sim'], { optedOut: 'Saiu' });
    expect(row).toMatchObject({ optedOut: true, attributes: {} });
  });

  it.each([
    'Aceita mensagens',
    'Aceita?',
    'Aceite',
    'Consent',
    'Permite?',
    'Permission',
    'Permissão',
    'Concorda?',
    'Autoriza?',
    'Einwilligung',
    'Pode enviar?',
    'Quer receber?',
    'Can contact?',
    'Consent to WhatsApp',
    'Souhlas',
    '同意',
    'Aceita cartão',
  ])('a consent that is mapped keeps its sense: a no to %s opts out, a yes does not', (title) => {
    const said = (cell: string) =>
      read(['Fone', title], [PHONE, cell], { phoneNumber: 'Fone', optedOut: title });
    expect(said('não')).toMatchObject({ optedOut: true, attributes: {} });
    expect(said('sim')).toMatchObject({ optedOut: false, attributes: {} });
  });

  it.each(['Não aceita', 'Quer sair', 'Wants to stop', 'Permission denied', 'Opt out of insurance'])(
    'a yes in %s, when that is mapped, opts out',
    (title) => {
      expect(read(['phone', title], [PHONE, 'yes'], { optedOut: title })).toMatchObject({ optedOut: true });
      expect(read(['phone', title], [PHONE, 'no'], { optedOut: title })).toMatchObject({ optedOut: false });
    },
  );

  it('the code of a report on a campaign counts, and any other code does not', () => {
    const titles = ['phoneNumber', 'name', 'state', 'code', 'optedOut', 'partsSent'];
    const cells = [PHONE, 'Ana', 'skipped', 'opted_out', 'false', '0'];
    expect(read(titles, cells)).toMatchObject({ optedOut: true });
    expect(read(titles, cells.with(3, 'not_on_whatsapp'))).toMatchObject({ optedOut: false });
    expect(read(['phone', 'code'], [PHONE, 'opted_out'])).toMatchObject({ optedOut: false });
  });

  it('a no to SMS says nothing where another column asks about WhatsApp', () => {
    const titles = ['phone', 'Consent WhatsApp', 'Consent SMS'];
    expect(read(titles, [PHONE, 'yes', 'no'])).toMatchObject({ optedOut: false });
    expect(read(titles, [PHONE, 'no', 'yes'])).toMatchObject({ optedOut: true });
    expect(read(['phone', 'Consent SMS'], [PHONE, 'no'])).toMatchObject({ optedOut: true });
  });

  it('why a person opted out stays an attribute', () => {
    expect(read(['phone', 'Opt-out reason'], [PHONE, 'too many'])).toMatchObject({
      optedOut: true,
      attributes: { opt_out_reason: 'too many' },
    });
  });
});
