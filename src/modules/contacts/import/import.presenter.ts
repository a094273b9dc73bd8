import { invalid } from '../../../lib/errors.js';
import type { Page } from '../../../lib/pages.js';
import type { Delimiter } from './core/delimiter.js';
import { columnTypes, type ColumnMapping, type ColumnType, type MappedColumn } from './core/mapping.js';
import type { DelimiterName, ImportContactsDto, ImportDto } from './import.dto.js';
import type { Import } from './import.entity.js';
import { optionsOf } from './import.repository.js';
import type { NewImport } from './import.service.js';

const delimiterOf: Record<DelimiterName, Delimiter> = {
  ',': ',',
  ';': ';',
  '|': '|',
  '\t': '\t',
  comma: ',',
  semicolon: ';',
  pipe: '|',
  tab: '\t',
};

/** The form of an upload as the service takes it. A missing file or a mapping that is no JSON is `invalid`. */
export function toNewImport(
  form: ImportContactsDto,
  file: { path: string; originalName: string } | undefined,
): NewImport {
  if (!file) throw invalid([{ path: 'file', message: 'Send the csv or xlsx file in the field "file".' }]);
  return {
    file,
    listName: form.listName,
    defaultCountry: form.defaultCountry,
    mapping: form.mapping ? parseMapping(form.mapping) : undefined,
    onDuplicate: form.onDuplicate,
    consentSource: form.consentSource,
    delimiter: form.delimiter === undefined ? undefined : delimiterOf[form.delimiter],
    encoding: form.encoding,
    hiddenRows: form.hiddenRows,
  };
}

export function presentImport(row: Import): ImportDto {
  const { created, updated, unchanged, duplicate, invalid: rejected } = row;
  const { columns } = optionsOf(row);
  return {
    id: row.id,
    status: row.status,
    fileName: row.fileName,
    listId: row.listId,
    counts: { rows: row.rowsDone, created, updated, unchanged, duplicate, invalid: rejected },
    progress: row.progress,
    warnings: row.warnings,
    ...(columns === undefined ? {} : { columns }),
    ...(row.error === null ? {} : { error: row.error }),
    ...(rejected === 0 ? {} : { errorsUrl: `/api/imports/${row.id}/errors` }),
    createdAt: row.createdAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    completedAt: row.completedAt?.toISOString() ?? null,
  };
}

export function presentImports(page: Page<Import>): Page<ImportDto> {
  return { ...page, items: page.items.map(presentImport) };
}

function parseMapping(text: string): ColumnMapping {
  const mapping = asJson(text);
  if (!isRecord(mapping)) throw badMapping();
  return Object.fromEntries(
    Object.entries(mapping).map(([field, mapped]) => [field, parseMapped(field, mapped)]),
  );
}

function parseMapped(field: string, mapped: unknown): MappedColumn {
  if (typeof mapped === 'string' || typeof mapped === 'number') return String(mapped);
  if (!isRecord(mapped)) throw badMapping();
  const { column, type = 'text', ...others } = mapped;
  const [other] = Object.keys(others);
  if (other !== undefined) {
    throw invalid([{ path: `mapping.${field}.${other}`, message: 'is not known; give column and type' }]);
  }
  if (typeof column !== 'string' && typeof column !== 'number') {
    const message = 'must be the title of a column, or its position from 1';
    throw invalid([{ path: `mapping.${field}.column`, message }]);
  }
  if (!isColumnType(type)) {
    throw invalid([{ path: `mapping.${field}.type`, message: `must be one of ${columnTypes.join(', ')}` }]);
  }
  return { column: String(column), type };
}

function isColumnType(type: unknown): type is ColumnType {
  return (columnTypes as readonly unknown[]).includes(type);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badMapping();
  }
}

function badMapping() {
  return invalid([
    { path: 'mapping', message: 'Send a JSON object such as {"phoneNumber":"Celular","name":"Cliente"}.' },
  ]);
}
