import { describe, expect, it } from '@jest/globals';
import { splitTags } from '../../src/modules/contacts/core/tags.js';
import { attributeKey } from '../../src/modules/contacts/core/attributes.js';
import { planColumns } from '../../src/modules/contacts/import/core/columns.js';
import { declaredDelimiter, detectDelimiter } from '../../src/modules/contacts/import/core/delimiter.js';

function plan(titles: string[], mapping = {}) {
  const outcome = planColumns(titles, mapping, 'BR');
  if (!outcome.ok) throw new Error(outcome.reason);
  return outcome.plan;
}

describe('the phone column is found by its title in many languages', () => {
  it.each([
    'phone',
    'Phone Number',
    'PHONE_NUMBER',
    'phoneNumber',
    'Mobile No.',
    'WhatsApp',
    'Telefone',
    'Celular',
    'Teléfono',
    'Número de teléfono',
    'Cellulare',
    'Téléphone portable',
    'Handynummer',
    'Telefone (principal)',
    'Número',
    '手机号',
    '電話番号',
    'رقم الهاتف',
    'Телефон',
  ])('%s', (title) => {
    expect(plan(['id', title, 'city']).phone).toBe(1);
  });

  it('a WhatsApp column wins over a mobile one, a mobile one over a landline', () => {
    expect(plan(['Phone', 'Mobile', 'WhatsApp']).phone).toBe(2);
    expect(plan(['Telefone', 'Celular', 'Número']).phone).toBe(1);
    expect(plan(['Rua', 'Número', 'Telefone (WhatsApp)']).phone).toBe(2);
  });

  it('the number itself wins over what is said about it, as in the address books of Google', () => {
    expect(plan(['First Name', 'Phone 1 - Label', 'Phone 1 - Value', 'Phone 2 - Value']).phone).toBe(2);
    expect(plan(['Name', 'Phone 1 - Type', 'Phone 1 - Value']).phone).toBe(2);
    expect(plan(['phone_country', 'phone_verified', 'contact_phone_e164']).phone).toBe(2);
  });
});

describe('names', () => {
  it.each<[string[], number[]]>([
    [['phone', 'Nome completo', 'Nome'], [1]],
    [
      ['phone', 'First name', 'Last name'],
      [1, 2],
    ],
    [
      ['phone', 'Apellidos', 'Nombre'],
      [2, 1],
    ],
    [
      ['phone', 'Nom', 'Prénom'],
      [2, 1],
    ],
    [['phone', 'Name', 'First name', 'Last name'], [1]],
    [['phone', 'Nombre'], [1]],
    [['phone', 'city'], []],
    [['Celular', 'Cliente', 'Nome'], [2]],
    [['Celular', 'Aluno', 'Responsável'], [1]],
    [['phone', 'Student ID', 'Guest'], [2]],
    [['Telefone', 'Nome da mãe'], []],
  ])('of %j are in columns %j', (titles, columns) => {
    expect(plan(titles).name).toEqual(columns);
  });

  it.each([
    'Aluno',
    'Aluna',
    'Aluno(a)',
    'Paciente',
    'Hóspede',
    'Associado',
    'Kundin',
    'Student',
    'Guest name',
    'ग्राहक का नाम',
    'मरीज का नाम',
    'Nome do hóspede',
    'Name des Patienten',
    "Nome dell'ospite",
    'Имя пациента',
    'Hasta adı',
    'Nama siswa',
    'Tên học viên',
    '患者姓名',
    '학생 이름',
    'Клиент',
  ])('also of %s', (title) => {
    expect(plan(['Celular', title]).name).toEqual([1]);
  });

  it('not of codes below a person', () => {
    const outcome = planColumns(['Aluno', 'Celular'], {}, 'BR', [['4711', '11987654321']]);
    expect(outcome).toMatchObject({ ok: true, plan: { name: [], attributes: [{ key: 'aluno' }] } });
  });

  it('first names stay usable by themselves', () => {
    const { attributes } = plan(['phone', 'First name', 'Last name']);
    expect(attributes.map(({ key }) => key)).toEqual(['first_name', 'last_name']);
  });
});

describe('other columns become attributes', () => {
  it('under safe keys that are all different', () => {
    const titles = [
      'phone',
      'Código Postal',
      'codigo-postal',
      'name',
      'Phone 2',
      '2nd line',
      '城市',
      '',
      '__proto__',
    ];
    expect(plan(titles).attributes.map(({ key }) => key)).toEqual([
      'codigo_postal',
      'codigo_postal_2',
      'phone_2',
      'column_2nd_line',
      '城市',
      'column_8',
      'proto',
    ]);
  });

  it('never under a key that is taken or reserved', () => {
    expect(attributeKey('Phone', 1, new Set())).toBe('phone_2');
    expect(attributeKey('constructor', 1, new Set(['constructor_2']))).toBe('constructor_3');
    expect(attributeKey('x'.repeat(500), 1, new Set()).length).toBeLessThanOrEqual(64);
  });

  it('under the key of the mapping', () => {
    const { attributes } = plan(['phone', 'Cidade', 'City'], { city: 'cidade' });
    expect(attributes).toEqual([
      { index: 1, key: 'city' },
      { index: 2, key: 'city_2' },
    ]);
  });
});

describe('a line that declares the delimiter', () => {
  const rows = (delimiter: string) => [`phone${delimiter}name`, `+5511961237901${delimiter}Ana`];
  it.each([
    ['sep=;', ';'],
    ['SEP=;', ';'],
    ['"sep=;"', ';'],
    ['"sep=;";', ';'],
    ['sep=;;;', ';'],
    ['sep=,,,,', ','],
    ['sep=\t', '\t'],
    ['sep=\\t', '\t'],
    ['sep=|', '|'],
    ['sep=^', '^'],
    ['sep = ;', ';'],
    [' sep=;', ';'],
  ])('%j', (line, delimiter) => {
    expect(declaredDelimiter([line, ...rows(delimiter)])).toEqual({ delimiter });
  });

  it('is left out also when it names none that the file has', () => {
    expect(declaredDelimiter(['sep=', ...rows(';')])).toEqual({ delimiter: undefined });
    expect(declaredDelimiter(['sep=,;', ...rows(';')])).toEqual({ delimiter: undefined });
  });

  it.each(['separator;name', 'sep=phone', 'phone;sep=;', 'sept;x'])('is not %j', (line) => {
    expect(declaredDelimiter([line, ...rows(';')])).toBeUndefined();
  });
});

describe('the delimiter is the one that cuts the rows evenly', () => {
  it.each([
    [',', 'a,b,c\n1,2,3\n'],
    [';', 'name;phone\n"Silva; Ana, Dr., x";1\nBia, Cia, Dia, Eva;2\n'],
    ['\t', 'a\tb\n1,5;x\t2\n1,6;y\t3\n'],
    ['|', 'a|b|c\n1,1|2|3\n'],
    [';', '"a ""quoted"" title";b\n"x,\ny,\nz,";1\n'],
    [',', 'phone\n+5511987654321\n'],
    [
      ';',
      'Telefone;Nome;Endereço\n+5511961237000;Ana;Rua A, 0, Centro, SP\n+5511961237001;Bia;Rua B, 1, Centro, SP',
    ],
    [';', 'Telefone;Nome;a, b, c, d, e\n+5511961237000;Ana;1, 2, 3, 4, 5\n+5511961237001;Bia;1, 2, 3, 4, 5'],
    [';', 'Telefone;Valor;Saldo\n+5511961237000;1,50;2,50\n+5511961237001;1,51;2,51'],
    [
      '\t',
      'phone\tname\taddress\n+5511961237300\tAna\tRua A, 0, Centro, SP, BR\n+5511961237301\tBia\tRua B, 1, x, y, z',
    ],
    [',', 'phone,name,tags\n+5511961237300,Ana,a;b;c;d\n+5511961237301,Bia,a;b;c;d'],
    ['|', 'phone|name|tags\n+5511961237300|Ana|a;b;c;d, e\n+5511961237301|Bia|a;b;c;d, e'],
    [';', '+5511961237000;Ana;Rua A, 0, Centro, SP\n+5511961237001;Bia;Rua B, 1, Centro, SP'],
    [';', 'Clientes;;\n;;\nTelefone;Nome;Cidade\n+5511961237000;Ana;Rua A, 0, Centro, SP'],
    [';', 'Telefone;Nome;Cidade\n"+5511961237000;Ana;Rua A, 0, Centro, SP\n+5511961237001;Bia;x, y, z'],
  ])('%j', (delimiter, sample) => {
    expect(detectDelimiter(sample.split('\n'))).toBe(delimiter);
  });
});

it('tags may stand in quotes, each in its own', () => {
  expect(splitTags('"vip","sp"')).toEqual(['sp', 'vip']);
  expect(splitTags('19" tv; "x')).toEqual(['"x', '19" tv']);
});
