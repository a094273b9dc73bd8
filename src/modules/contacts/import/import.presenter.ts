import { invalid } from '../../../lib/errors.js';
import type { Page } from '../../../lib/pages.js';
import type { Delimiter } from './core/delimiter.js';
import type { DelimiterName, ImportContactsDto, ImportDto } from './import.dto.js';
import type { Import } from './import.entity.js';
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
  return {
    id: row.id,
    status: row.status,
    fileName: row.fileName,
    listId: row.listId,
    counts: { rows: row.rowsDone, created, updated, unchanged, duplicate, invalid: rejected },
    progress: row.progress,
    warnings: row.warnings,
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

function parseMapping(text: string): Record<string, string> {
  const mapping = asJson(text);
  if (typeof mapping !== 'object' || mapping === null || Array.isArray(mapping)) throw badMapping();
  const entries = Object.entries(mapping).map(([field, column]) => {
    if (typeof column !== 'string' && typeof column !== 'number') throw badMapping();
    return [field, String(column)];
  });
  return Object.fromEntries(entries) as Record<string, string>;
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
