import { isBusinessScopedId, isLid, isPortfolio, lineOfIdentity } from '../../core/identity.js';
import { usable } from './cells.js';

/** A column of what people are known by beside their numbers. */
export interface IdentityColumn {
  index: number;
  kind: 'lid' | 'bsuid';
}

/** The titles of an export; others are called so by nobody, while `lid` is a member in Dutch. */
export const IDENTITY_TITLES = { lid: 'whatsapp_lid', bsuid: 'business_scoped_id' } as const;
const FIELDS = { lid: 'lid', bsuid: 'businessScopedId' } as const;

export function identityColumns(
  titles: readonly string[],
  mapped: ReadonlyMap<string, number>,
): IdentityColumn[] {
  return (['lid', 'bsuid'] as const).flatMap((kind) => {
    const index = mapped.get(FIELDS[kind]) ?? titles.indexOf(IDENTITY_TITLES[kind]);
    return index < 0 ? [] : { index, kind };
  });
}

/** The addresses in these columns of a row, as core/identity.ts writes them, or what is wrong with one. */
export function identitiesIn(
  cells: readonly string[],
  columns: readonly IdentityColumn[],
  titles: readonly string[],
): { ok: true; addresses: string[] } | { ok: false; reason: string } {
  const addresses: string[] = [];
  for (const { index, kind } of columns) {
    const cell = usable(cells[index]);
    if (cell === '') continue;
    const address = kind === 'lid' ? lidAddress(cell) : scopedAddress(cell);
    if (address === undefined) {
      const wanted = kind === 'lid' ? 'a LID in digits' : 'an id such as BR.1a2b3c or 1029384756/BR.1a2b3c';
      return { ok: false, reason: `the cell "${titles[index] ?? ''}" is not ${wanted}` };
    }
    addresses.push(address);
  }
  return { ok: true, addresses };
}

function lidAddress(cell: string): string | undefined {
  return isLid(cell) ? lineOfIdentity({ kind: 'lid', scope: '', value: cell }) : undefined;
}

/** With its business portfolio and a slash in front, where it has one. */
function scopedAddress(cell: string): string | undefined {
  const at = cell.indexOf('/');
  const [scope, value] = at < 0 ? ['', cell] : [cell.slice(0, at), cell.slice(at + 1)];
  return isPortfolio(scope) && isBusinessScopedId(value)
    ? lineOfIdentity({ kind: 'bsuid', scope, value })
    : undefined;
}
