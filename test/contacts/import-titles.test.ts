import { describe, expect, it, jest } from '@jest/globals';
import { planColumns } from '../../src/modules/contacts/import/core/columns.js';
import { parseOptOut } from '../../src/modules/contacts/import/core/opt-out-column.js';
import { withoutPhoneWords } from '../../src/modules/contacts/import/core/titles.js';

function plan(titles: string[], below: string[][] = [], mapping = {}) {
  const outcome = planColumns(titles, mapping, 'BR', below);
  if (!outcome.ok) throw new Error(outcome.reason);
  return outcome.plan;
}

/** The title of the column the numbers are taken from. */
function phoneOf(titles: string[], below?: string[][]): string | undefined {
  return titles[plan(titles, below).phone];
}

describe('the column of numbers is found by its title', () => {
  it.each([
    [
      'English',
      'Phone; Mobile No.; Cell #; WhatsApp Number; Contact Number; MSISDN; phone_number; phoneE164; Ph. No',
    ],
    ['Portuguese', 'Celular; Cel.; Nº Celular; Nº de telemóvel; Fone; Zap; Telefone/WhatsApp; Seu WhatsApp'],
    [
      'Spanish',
      'Móvil; Número de celular; Teléfono móvil; Cel; Tfno.; Núm. de teléfono; Celular (10 dígitos)',
    ],
    ['French', 'N° de portable; Numéro de téléphone; Tél.; Tél. portable; Téléphone mobile; GSM'],
    ['Italian', 'Numero di cellulare; Cellulare; Recapito telefonico; Tel'],
    ['German', 'Handynr.; Mobilfunknummer; Tel.-Nr.; Handy-Nummer; Rufnummer; Mobiltelefon; Telefonnummer'],
    ['Dutch', 'Mobiele nummer; Mobiel; Telefoonnummer; 06-nummer mobiel; GSM-nummer'],
    ['Danish, Norwegian, Swedish', 'Mobilnummer; Mobilnr; Mobiltelefon; Telefonnummer; Mobilnr.; Tlf.'],
    ['Finnish, Estonian', 'Matkapuhelin; Puhelinnumero; Puh.; Telefoninumber; Mobiiltelefon'],
    ['Polish', 'Telefon komórkowy; Numer telefonu; Nr tel.; Tel. kom.; Komórka'],
    ['Czech, Slovak', 'Telefonní číslo; Mobil; Mobilní telefon; Telefónne číslo; Číslo mobilu'],
    ['Hungarian, Romanian', 'Telefonszám; Mobilszám; Număr de telefon; Telefon mobil; Nr. telefon'],
    [
      'Croatian, Serbian, Slovenian',
      'Mobitel; Broj mobitela; Broj telefona; Telefonska številka; Број телефона',
    ],
    ['Greek', 'Κινητό; Τηλέφωνο; Αριθμός τηλεφώνου; ΚΙΝΗΤΟ ΤΗΛΕΦΩΝΟ; Τηλ.'],
    [
      'Russian, Ukrainian, Bulgarian',
      'Номер телефона; Тел.; Мобильный; Сотовый; Мобільний телефон; Телефонен номер; Мобилен',
    ],
    ['Turkish', 'Telefon Numarası; Cep Telefonu; Cep Tel; GSM; TELEFON NUMARASI; Cep No'],
    ['Arabic', 'رقم الهاتف; رقم الواتساب; واتساب; الجوال; رقم الجوال; موبايل; هاتف'],
    ['Persian, Urdu', 'شماره موبایل; شماره تماس تلفن; تلفن همراه; موبائل نمبر; فون نمبر'],
    ['Hebrew', 'טלפון נייד; נייד; מספר טלפון; וואטסאפ; טלפון'],
    ['Hindi, Bengali', 'मोबाइल नंबर; फ़ोन नंबर; फोन; মোবাইল নম্বর; ফোন'],
    ['Tamil, Telugu, Malayalam', 'மொபைல் எண்; தொலைபேசி; ఫోన్ నంబర్; മൊബൈൽ നമ്പർ'],
    ['Indonesian, Malay', 'No. WA; Nomor WA; No. HP; Nomor WhatsApp; No HP/WA; Telepon; Nombor telefon'],
    ['Vietnamese', 'Số điện thoại; Điện thoại; SĐT; Số di động; SDT'],
    ['Thai', 'เบอร์โทรศัพท์; เบอร์มือถือ; โทรศัพท์; หมายเลขโทรศัพท์'],
    ['Chinese', '联系电话; 手机号码; 手机; 電話; 手機號碼; 您的手机号; 联系方式'],
    ['Japanese', '携帯電話番号; 電話番号; 携帯; お電話番号; 携帯番号（ハイフンなし）'],
    ['Korean', '휴대폰번호; 연락처; 핸드폰; 전화번호; 휴대전화'],
    ['Swahili', 'Nambari ya simu; Simu; Namba ya simu'],
    ['Afrikaans, Georgian, Armenian', 'Selfoonnommer; ტელეფონი; მობილურის ნომერი; Հեռախոս; Հեռախոսահամար'],
    ['Mongolian, Lao', 'Утасны дугаар; Утас; ເບີໂທ'],
    ['and in short', 'Mo. No.; nohp; شماره تماس; संपर्क नंबर'],
  ])('in %s', (_, list) => {
    const titles = list.split('; ');
    expect(titles.filter((title) => phoneOf(['id', title, 'city']) !== title)).toEqual([]);
  });

  it.each([
    [['Telefone fixo', 'WhatsApp (com DDD)', 'Celular'], 'WhatsApp (com DDD)'],
    [['Telefone', 'Qual é o seu WhatsApp?'], 'Qual é o seu WhatsApp?'],
    [['Phone Number', 'Mobile Phone Number'], 'Mobile Phone Number'],
    [['Telefone', 'Celular/WhatsApp *'], 'Celular/WhatsApp *'],
    [['Phone', 'WhatsApp number (with country code)'], 'WhatsApp number (with country code)'],
    [['Phone', 'Mobile No. with Country Code'], 'Mobile No. with Country Code'],
    [['Phone', 'WhatsApp Number (Country code + Number)'], 'WhatsApp Number (Country code + Number)'],
    [['Telefone', '📱 Whats (DDD + número)'], '📱 Whats (DDD + número)'],
    [['Teléfono', '¿Cuál es tu número de WhatsApp?'], '¿Cuál es tu número de WhatsApp?'],
    [['Téléphone', 'Quel est votre numéro WhatsApp ?'], 'Quel est votre numéro WhatsApp ?'],
    [['Telefon', 'Wie lautet deine WhatsApp-Nummer?'], 'Wie lautet deine WhatsApp-Nummer?'],
    [['Telefono', 'Il tuo numero WhatsApp'], 'Il tuo numero WhatsApp'],
    [['Телефон', 'Ваш номер WhatsApp'], 'Ваш номер WhatsApp'],
    [['Telefon', 'WhatsApp numaranız'], 'WhatsApp numaranız'],
    [['Phone', "What's your What's App?"], "What's your What's App?"],
    [['phone', 'mobilePhone', 'whatsAppNumber'], 'whatsAppNumber'],
    [['Téléphone fixe', 'Portable'], 'Portable'],
    [['座机', '手机号（微信同号）'], '手机号（微信同号）'],
    [['Home Phone', 'Business Fax', 'Primary Phone'], 'Primary Phone'],
    [['Telefone residencial', 'Telefone'], 'Telefone'],
    [['Fax', 'Telefone'], 'Telefone'],
    [['WhatsApp name', 'Phone'], 'Phone'],
    [['DDD', 'Celular'], 'Celular'],
    [['CEP', 'Telefone'], 'Telefone'],
    [['CEP', 'Contato'], 'Contato'],
    [['Company number', 'Contact phone'], 'Contact phone'],
    [['CONTACT ID', 'EMAIL', 'FIRSTNAME', 'SMS'], 'SMS'],
    [['ID do contato', 'Nome', 'Telefone'], 'Telefone'],
    [['phone_number_id', 'phone_number'], 'phone_number'],
    [['SMS', 'WHATSAPP_BLACKLISTED'], 'SMS'],
    [['WhatsApp bloqueado', 'Fone'], 'Fone'],
    [['Accepts SMS Marketing', 'Phone'], 'Phone'],
    [['Telefone', 'Celular do vendedor'], 'Telefone'],
    [['Phone', 'Emergency contact WhatsApp'], 'Phone'],
    [['Referrer Mobile', 'Phone'], 'Phone'],
    [['Celular do cônjuge', 'Celular'], 'Celular'],
    [['Celular do dentista', 'Celular do paciente'], 'Celular do paciente'],
    [['Celular do jardineiro', 'Celular do cliente'], 'Celular do cliente'],
    [['Technician WhatsApp', 'Phone'], 'Phone'],
  ])('of %j it is %s', (titles, wanted) => {
    expect(phoneOf(titles)).toBe(wanted);
  });

  it('a question with yes and no below is passed over, one with numbers below is not', () => {
    const titles = ['Telefone', 'Você tem WhatsApp?'];
    expect(phoneOf(titles, [['11 3333-4444', 'Sim']])).toBe('Telefone');
    expect(phoneOf(['WhatsApp', 'Telefone'], [['sim', '11 3333-4444']])).toBe('Telefone');
    const asked = ['Telefone', 'Número para receber WhatsApp'];
    expect(phoneOf(asked, [['11 3333-4444', '11 98765-4321']])).toBe('Número para receber WhatsApp');
  });

  it('empty and doubtful cells below decide nothing', () => {
    expect(phoneOf(['Phone', 'WhatsApp'], [['11 3333-4444', '']])).toBe('WhatsApp');
    expect(phoneOf(['Phone', 'WhatsApp'], [['11 3333-4444', '98765-4321']])).toBe('WhatsApp');
  });

  it('a row with a number in it is no row of titles', () => {
    expect(plan(['Ana', 'Mobile', '+55 11 98765-4321'])).toMatchObject({
      hasHeader: false,
      phone: 2,
      name: [0],
    });
  });

  it('there is none where titles only sound alike', () => {
    const titles = ['Headline', 'Automobile', 'Celebration', 'Order number', 'Phone type', 'Fax'];
    expect(planColumns(titles, {}, 'BR')).toMatchObject({ ok: false });
  });

  // A step for each pair of characters would be 40,000,000,000 of them: such a test does not end within Jest's limit.
  it.each(['(', 'whatsapp', 'a ', '1/', '(a)'])(
    'a title of very many "%s" is read in linear time',
    (piece) => {
      const outcome = planColumns(['Telefone', piece.repeat(200_000)], {}, 'BR');
      expect(outcome).toMatchObject({ ok: true });
    },
  );

  it('several of one title follow each other', () => {
    expect(plan(['Telefone 1', 'Telefone 2', 'Nome']).phones.map(({ index }) => index)).toEqual([0, 1]);
    expect(plan(['Phone', 'Phone (home)', 'Name']).phones.map(({ index }) => index)).toEqual([0, 1]);
  });
});

describe('names', () => {
  it.each([
    ['Full name; Customer name; Your name *; Name (as in passport); What is your name?; Display name'],
    [
      'Nome; Nome completo; Qual é o seu nome?; Nome do cliente; Nome do aluno(a); Nombre; Nombre y apellidos; Tu nombre',
    ],
    ['Nom; Votre nom; Nom complet; Nome e cognome; Name; Vor- und Nachname; Naam; Navn; Namn; Nimi'],
    ['Imię i nazwisko; Jméno a příjmení; Meno a priezvisko; Név; Nume; Ime i prezime; Ονοματεπώνυμο; Όνομα'],
    ['Имя; ФИО; Как вас зовут?; Фамилия и имя; Ім’я; Adı Soyadı; Ad Soyad; AD SOYAD; İsim; Adınız Soyadınız'],
    ['الاسم; الاسم الكامل; نام; نام و نام خانوادگی; שם; שם מלא; नाम; পুরো নাম; பெயர்'],
    ['Họ và tên; Họ tên; Nama; Nama lengkap; Jina; ชื่อ-นามสกุล; ชื่อ'],
    ['姓名; 您的姓名; 客户姓名; 氏名; お名前; 名前; 이름; 성함; 고객명'],
  ])('%s', (list) => {
    const titles = list.split('; ');
    const wrong = titles.filter((title) => plan(['id', title, 'Phone']).name.join() !== '1');
    expect(wrong).toEqual([]);
  });

  it.each<[string[], number[]]>([
    [
      ['First Name', 'Middle Name', 'Last Name', 'Phone'],
      [0, 1, 2],
    ],
    [
      ['שם משפחה', 'שם פרטי', 'טלפון'],
      [1, 0],
    ],
    [
      ['Фамилия', 'Имя', 'Отчество', 'Телефон'],
      [1, 2, 0],
    ],
    [['campaign_name', 'full_name', 'phone_number'], [1]],
    [['Company name', 'Product name', 'Phone'], []],
    [['Product name', 'User name', 'Customer name', 'Phone'], [2]],
    [['User name', 'Phone'], [0]],
  ])('of %j are in columns %j', (titles, columns) => {
    expect(plan(titles).name).toEqual(columns);
  });
});

describe('columns of our own files', () => {
  it('an export: what only Starling knows becomes no attribute', () => {
    const titles = 'phoneNumber,name,tags,opted_out,consent,on_whatsapp,created_at,city'.split(',');
    const { attributes, optOut, tags } = plan(titles);
    expect(attributes.map(({ key }) => key)).toEqual(['city']);
    expect(optOut).toEqual([
      { index: 3, kind: 'out' },
      { index: 4, kind: 'status' },
    ]);
    expect(tags).toEqual([2]);
  });

  it('an export: attributes keep their keys, whatever they sound like', () => {
    const own = 'phoneNumber,name,tags,opted_out,consent,on_whatsapp,created_at';
    const titles = `${own},whatsapp_com_ddd,first_name,labels,Unsubscribed,firstName,tags`.split(',');
    const found = plan(titles, [['+5511987654321', 'Ana', '', '', '', '', '', '', 'Ana']]);
    expect(found).toMatchObject({ phone: 0, name: [1], tags: [2] });
    expect(found.attributes.map(({ key }) => key)).toEqual(titles.slice(7));
    expect(found.optOut.map(({ index }) => index)).toEqual([3, 4]);
  });

  it('the rejected rows of an import', () => {
    expect(plan(['line', 'reason', 'phone', 'city']).attributes.map(({ key }) => key)).toEqual(['city']);
    const twice = ['line', 'reason', 'line', 'reason', 'phone', 'line'];
    expect(plan(twice).attributes).toEqual([{ index: 5, key: 'line' }]);
  });

  it('the same titles in files of others are attributes', () => {
    const { attributes } = plan(['phone', 'reason', 'line', 'created_at', 'consent']);
    expect(attributes.map(({ key }) => key)).toEqual(['reason', 'line', 'created_at', 'consent']);
  });

  it('and the mapping decides before', () => {
    const titles = ['line', 'reason', 'phone', 'opted_out'];
    const { attributes, optOut } = plan(titles, [], { why: 'reason', left: 'opted_out' });
    expect(attributes).toEqual([
      { index: 1, key: 'why' },
      { index: 3, key: 'left' },
    ]);
    expect(optOut).toEqual([{ index: 3, kind: 'out' }]);
  });
});

describe('a cell that says who opted out', () => {
  it.each([
    ['No answer', 'in', 'unchanged'],
    ['Não informado', 'in', 'unchanged'],
    ['N.A.', 'in', 'unchanged'],
    ['No. 5', 'in', 'unchanged'],
    ['Sim, aceito', 'in', 'unchanged'],
    ['Email', 'out', 'unchanged'],
    ['No, no more', 'out', 'unclear'],
    ['WhatsApp of Ana', 'out', 'unclear'],
  ] as const)('%j in a column of kind %s is %s', (cell, kind, reading) => {
    expect(parseOptOut(cell, kind)).toBe(reading);
  });

  it('a date of nothing is no date', () => {
    expect(
      ['0000-00-00', '00/00/0000', '-', '1970-01-01'].map((cell) => parseOptOut(cell, 'out')),
    ).not.toContain('out');
  });
});

it('what a title says is found out once, however many columns and rows ask', () => {
  const titles = Array.from({ length: 200 }, (_, n) => `kindly enter mobile number ${n}`);
  const match = jest.spyOn(RegExp.prototype, 'exec');
  for (const title of titles) withoutPhoneWords(title);
  const first = match.mock.calls.length;
  for (const title of titles) withoutPhoneWords(title);
  const all = match.mock.calls.length;
  match.mockRestore();
  expect(first).toBeGreaterThan(0);
  expect(all).toBe(first);
});
