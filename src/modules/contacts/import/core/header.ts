import { planColumns, type ColumnOutcome, type ColumnPlan } from './columns.js';
import type { ColumnMapping } from './mapping.js';
import { isOtherOptOut } from './opt-out-column.js';
import type { PhoneKind } from './titles.js';
import { phoneOf } from './row-phone.js';
import type { SourceRow } from './rows.js';

/** Rows that titles may stand in; above them stand the name of the list, a date, a logo's text. */
export const HEADER_ROWS = 10;
/** Characters of a title in a warning. */
const MAX_TITLE = 60;

export type HeaderOutcome =
  | {
      ok: true;
      plan: ColumnPlan;
      /** How many rows stand above the titles: they are no data. */
      above: number;
      warnings: string[];
    }
  | { ok: false; reason: string };

/**
 * Finds the titles within the first rows of a file. The first row that can be read as titles, or as a contact, decides;
 * but titles further down go before it when they have more cells than every row above and a number right below (or, if
 * it is a single cell, anywhere below), and it has none right below itself: the name of a list may say WhatsApp. Below a
 * single contact they need no more cells than it has.
 */
export function findHeader(
  rows: readonly SourceRow[],
  mapping: ColumnMapping,
  defaultCountry?: string,
): HeaderOutcome {
  const cells = rows.map((row) => row.cells);
  const outcomes = rows
    .slice(0, HEADER_ROWS)
    .map((row, index) => planColumns(titlesOf(row), mapping, defaultCountry, cells.slice(index + 1)));
  const candidates = outcomes.flatMap((outcome, index) => {
    if (!outcome.ok) return [];
    // What has several cells above a contact are titles: without knowing them a number may be taken for another, and an
    // opt-out or a name be lost.
    const mayStart = outcome.plan.hasHeader || rows.slice(0, index).every((above) => filled(above) === 1);
    return mayStart ? [{ index, plan: outcome.plan }] : [];
  });
  const [first] = candidates;
  if (!first) return { ok: false, reason: reasonOf(rows, outcomes) };

  const isContact = (row: SourceRow | undefined, { plan }: Candidate) =>
    row !== undefined && phoneOf(row.cells, plan, defaultCountry).ok;
  /** Read with these titles, the next row is a contact; or any one below. */
  const isProven = (one: Candidate) => one.plan.hasHeader && isContact(rows[one.index + 1], one);
  const hasContacts = (one: Candidate) =>
    one.plan.hasHeader && rows.slice(one.index + 1).some((row) => isContact(row, one));
  const below = isProven(first) ? [] : candidates.filter((one) => one !== first && isWidest(rows, one.index));
  // A line of the shop, or a person, above titles that fill as many cells: without the titles an opt-out would be lost.
  const isBelowOne = ({ index }: Candidate) =>
    !first.plan.hasHeader && rows.slice(0, index).filter((row) => isContact(row, first)).length === 1;
  const titles = candidates.find((one) => isBelowOne(one) && isProven(one) && areTitles(rows, one));
  const better =
    titles ?? below.find(isProven) ?? (filled(rows[first.index]) === 1 ? below.find(hasContacts) : undefined);
  const { index, plan } = better ?? first;
  return { ok: true, plan, above: index, warnings: warningsOf(rows, index, plan) };
}

/** Kinds of titles that surely are ones. */
const SURE: ReadonlySet<PhoneKind | undefined> = new Set([
  'whatsapp',
  'mobile',
  'phone',
  'landline',
  'other',
]);

interface Candidate {
  index: number;
  plan: ColumnPlan;
}

/** A quote that a title row opens and never closes costs the titles nothing: no message is sent to them. */
function titlesOf(row: SourceRow): string[] {
  return row.error === undefined ? row.cells : row.cells.map((cell) => cell.replaceAll('"', ''));
}

/** No row above has more cells, and the title says that the column holds numbers. */
function areTitles(rows: readonly SourceRow[], { index, plan }: Candidate): boolean {
  const width = filled(rows[index]);
  return SURE.has(plan.phones[0]?.kind) && rows.slice(0, index).every((row) => filled(row) <= width);
}

function isWidest(rows: readonly SourceRow[], index: number): boolean {
  const width = filled(rows[index]);
  return rows.slice(0, index).every((row) => filled(row) < width);
}

function filled(row: SourceRow | undefined): number {
  return row?.cells.filter((cell) => cell.trim() !== '').length ?? 0;
}

/** The widest row that is none of a contact is most likely the one that was meant as titles. */
function reasonOf(rows: readonly SourceRow[], outcomes: readonly ColumnOutcome[]): string {
  const refused = outcomes.flatMap((outcome, index) =>
    outcome.ok ? [] : [{ width: filled(rows[index]), reason: outcome.reason }],
  );
  return refused.toSorted((a, b) => b.width - a.width)[0]?.reason ?? '';
}

function otherOptOuts({ titles, optOut, isExport }: ColumnPlan): string[] {
  const used = new Set(optOut.map(({ index }) => index));
  return isExport ? [] : titles.filter((title, index) => !used.has(index) && isOtherOptOut(title));
}

function warningsOf(rows: readonly SourceRow[], index: number, plan: ColumnPlan): string[] {
  const warnings: string[] = [];
  const header = rows[index];
  if (index > 0 && header) {
    const above = index === 1 ? '1 row above was' : `${index} rows above were`;
    const what = plan.hasHeader ? 'titles were' : 'first contact was';
    warnings.push(`The ${what} found in line ${header.line}; ${above} left out.`);
  }
  if (plan.hasHeader && header?.error !== undefined) {
    warnings.push(`The titles in line ${header.line} were read without their quotes: ${header.error}.`);
  }
  for (const title of otherOptOuts(plan)) {
    warnings.push(
      `The column "${title.slice(0, MAX_TITLE)}" opts nobody out, as it seems to be about something else than messages; if it is not, map it to optedOut.`,
    );
  }
  return warnings;
}
