import { posix } from 'node:path';
import { fileError } from '../file-error.js';
import type { Archive } from './archive.js';
import type { ImportLimits } from '../limits.js';
import { readXml, tooMuch, type XmlHandler } from './xml.js';

export interface Sheet {
  name: string;
  hidden: boolean;
  /** Where it lies in the archive. */
  path: string;
}

/** Where the parts of a workbook lie in its archive. */
export interface Workbook {
  /** In the order of their tabs; at least one is visible. */
  sheets: Sheet[];
  sharedStrings: string | undefined;
  styles: string | undefined;
  /** Serial dates count from 1904 instead of 1900. */
  date1904: boolean;
}

interface Relation {
  /** The last word of the relation's type: `worksheet`, `sharedStrings`, ... */
  type: string;
  target: string;
}

type WorkbookLimits = Pick<ImportLimits, 'maxSheets' | 'maxRelations' | 'maxPartTags'>;

const HIDDEN = new Set(['hidden', 'veryhidden']);

/** Finds the worksheets and what is needed to read them. */
export async function readWorkbook(archive: Archive, limits: WorkbookLimits): Promise<Workbook> {
  const root = archive.has('_rels/.rels')
    ? await readRelations(archive, '', limits)
    : new Map<string, Relation>();
  const main = ofType(root, 'officeDocument') ?? 'xl/workbook.xml';
  if (!archive.has(main)) {
    throw fileError('The file is a zip archive but not an xlsx workbook; upload one xlsx or csv file.');
  }
  if (main.endsWith('.bin')) {
    throw fileError('The file is a binary workbook (.xlsb); save it as xlsx or csv and upload it again.');
  }
  const relations = await readRelations(archive, main, limits);
  const listed: { name: string; relation: string; hidden: boolean }[] = [];
  let date1904 = false;
  const handler: XmlHandler = {
    open(name, attributes) {
      if (name === 'workbookPr') date1904 = ['1', 'true'].includes(attributes['date1904'] ?? '');
      if (name !== 'sheet') return;
      const relation = Object.entries(attributes).find(
        ([key]) => /(?:^|:)id$/.test(key) && key !== 'sheetId',
      );
      const sheets = listed.push({
        name: attributes['name'] ?? '',
        relation: relation?.[1] ?? '',
        hidden: HIDDEN.has((attributes['state'] ?? '').toLowerCase()),
      });
      if (sheets > limits.maxSheets) throw tooMuch('list of sheets', 'sheets', limits.maxSheets);
    },
  };
  await readXml(archive.readPart(main), handler, { what: 'list of sheets', maxTags: limits.maxPartTags });
  const sheets = listed.flatMap(({ name, relation, hidden }) => {
    const found = relations.get(relation);
    return found?.type === 'worksheet' ? [{ name, hidden, path: found.target }] : [];
  });
  if (sheets.every(({ hidden }) => hidden)) throw fileError('The workbook has no visible sheet.');
  return {
    sheets,
    sharedStrings: ofType(relations, 'sharedStrings'),
    styles: ofType(relations, 'styles'),
    date1904,
  };
}

/** The relations of a part (`''`: of the whole archive), with targets as names in the archive. */
async function readRelations(
  archive: Archive,
  part: string,
  limits: WorkbookLimits,
): Promise<Map<string, Relation>> {
  const folder = posix.dirname(part);
  const relations = new Map<string, Relation>();
  const handler: XmlHandler = {
    open(name, attributes) {
      const target = attributes['Target'];
      if (name !== 'Relationship' || target === undefined || attributes['TargetMode'] === 'External') return;
      relations.set(attributes['Id'] ?? '', {
        type: attributes['Type']?.split('/').at(-1) ?? '',
        target: target.startsWith('/') ? target.slice(1) : posix.join(folder, target),
      });
      if (relations.size > limits.maxRelations) throw tooMuch('list of parts', 'parts', limits.maxRelations);
    },
  };
  const chunks = archive.readPart(posix.join(folder, '_rels', `${posix.basename(part)}.rels`));
  await readXml(chunks, handler, { what: 'list of parts', maxTags: limits.maxPartTags });
  return relations;
}

function ofType(relations: ReadonlyMap<string, Relation>, type: string): string | undefined {
  return [...relations.values()].find((relation) => relation.type === type)?.target;
}
