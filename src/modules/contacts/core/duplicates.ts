import { lineOf } from '../../../lib/phone-line.js';

/** What two contacts have in common that makes them one person. */
export type DuplicateReason = 'same_line' | 'same_name_and_digits';

export interface DuplicateCandidate {
  id: string;
  /** E.164. */
  phone: string;
  name: string | null;
}

export interface DuplicateGroup<Candidate> {
  reason: DuplicateReason;
  /** Oldest first. */
  contacts: Candidate[];
}

/** Groups contacts whose numbers end alike: those of the same line, then those of the same name. */
export function groupDuplicates<Candidate extends DuplicateCandidate>(
  candidates: readonly Candidate[],
): DuplicateGroup<Candidate>[] {
  const byLine = several(candidates, ({ phone }) => lineOf(phone));
  const grouped = new Set(byLine.flat());
  const rest = candidates.filter((candidate) => !grouped.has(candidate));
  const byName = several(rest, ({ name }) => name?.normalize('NFKC').toLowerCase().trim() || undefined);
  return [
    ...byLine.map((contacts) => ({ reason: 'same_line' as const, contacts })),
    ...byName.map((contacts) => ({ reason: 'same_name_and_digits' as const, contacts })),
  ];
}

function several<Item extends { id: string }>(
  items: readonly Item[],
  keyOf: (item: Item) => string | undefined,
): Item[][] {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key !== undefined) groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return [...groups.values()]
    .filter((group) => group.length > 1)
    .map((group) => group.toSorted((a, b) => (a.id < b.id ? -1 : 1)));
}
