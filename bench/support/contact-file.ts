import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { newId } from '../../src/lib/ids.js';
import { xlsxChunks } from '../../src/lib/xlsx-writer.js';

export interface MadeUpContact {
  phone: string;
  name: string;
  city: string;
}

type Names = readonly [first: readonly string[], last: readonly string[]];

const portuguese: Names = [
  [
    'Ana',
    'João',
    'Maria',
    'José',
    'Conceição',
    'Antônio',
    'Luíza',
    'Carlos',
    'Júlia',
    'Paulo',
    'Débora',
    'Rafael',
  ],
  [
    'Silva',
    'Araújo',
    'Gonçalves',
    'Souza',
    'Müller',
    'Oliveira',
    'Simões',
    'Costa',
    'Brandão',
    'Lima',
    'Peña',
  ],
];

/** Two, three and four bytes a letter in UTF-8: a chunk of a file ends in the middle of them sooner or later. */
const everywhere: Names = [
  ['Анна', '美玲', 'محمد', 'Ελένη', 'शिवानी', '김민준', 'ชนิดา', 'Łukasz', '😀 Zoë', 'נועה'],
  ['Кузнецова', '陈', 'الأنصاري', 'Παπαδοπούλου', 'कुलकर्णी', '박', 'ศรีสุข', 'Żółć', '𠮷野', 'לוי'],
];

const cities = [
  'São Paulo',
  'Recife',
  'Curitiba',
  'Belém',
  'Manaus',
  'Fortaleza',
  'Goiânia',
  'Porto Alegre',
  'Niterói',
];

const NUMBERS = 90_000_000;
/** Shares no factor with the above, so that the numbers jump about, as in real files, and none comes twice. */
const STEP = 38_196_601;

/** Always the same people, each with a valid number of their own. */
export function* madeUpContacts(count: number, names: Names = portuguese): Generator<MadeUpContact> {
  const [first, last] = names;
  for (let n = 1; n <= count; n += 1) {
    const name = `${pick(first, n)} ${pick(last, Math.floor(n / 7))} ${pick(last, Math.floor(n / 101))}`;
    yield {
      phone: `+55119${10_000_000 + ((n * STEP) % NUMBERS)}`,
      name,
      city: pick(cities, Math.floor(n / 3)),
    };
  }
}

function pick(items: readonly string[], n: number): string {
  return items[n % items.length] ?? '';
}

export async function writeCsv(path: string, count: number): Promise<void> {
  const lines = function* (): Generator<string> {
    yield 'phone,name,city\n';
    for (const { phone, name, city } of madeUpContacts(count)) yield `${phone},${name},${city}\n`;
  };
  await writeLines(path, lines());
}

/** The same people, ready for COPY into the columns id, tenant_id, phone, name and attributes. */
export async function writeCopyFile(path: string, count: number, tenantId: string): Promise<void> {
  const lines = function* (): Generator<string> {
    for (const { phone, name, city } of madeUpContacts(count)) {
      yield `${newId()},${tenantId},${phone},${name},"{""city"": ""${city}""}"\n`;
    }
  };
  await writeLines(path, lines());
}

/** People of many scripts in a workbook. */
export async function writeXlsx(path: string, count: number): Promise<void> {
  const columns = ['phone', 'name', 'city'].map((title) => ({ title, width: 20 }));
  const rows = async function* (): AsyncGenerator<string[][]> {
    for (const { phone, name, city } of madeUpContacts(count, everywhere)) yield [[phone, name, city]];
  };
  await pipeline(Readable.from(xlsxChunks('Contacts', columns, rows())), createWriteStream(path));
}

/** Of many scripts too: how `contactsOfWorkbook` should read back. */
export function workbookContacts(count: number): Generator<MadeUpContact> {
  return madeUpContacts(count, everywhere);
}

async function writeLines(path: string, lines: Generator<string>): Promise<void> {
  const chunks = function* (): Generator<string> {
    let chunk = '';
    for (const line of lines) {
      chunk += line;
      if (chunk.length < 256 * 1024) continue;
      yield chunk;
      chunk = '';
    }
    yield chunk;
  };
  await pipeline(Readable.from(chunks()), createWriteStream(path));
}
