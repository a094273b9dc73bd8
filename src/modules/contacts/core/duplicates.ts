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

/**
 * The number without the digit that came and went: Brazil's ninth digit of mobile numbers (WhatsApp still shows old
 * accounts without it), Mexico's 1 and Argentina's 9 behind the country code. Two numbers with one such form are the
 * same line.
 */
export function lineOf(phone: string): string {
  const brazilian = /^\+55(\d{2})9(\d{8})$/.exec(phone);
  if (brazilian) return `+55${brazilian[1]}${brazilian[2]}`;
  const mexican = /^\+521(\d{10})$/.exec(phone);
  if (mexican) return `+52${mexican[1]}`;
  const argentinian = /^\+549(\d{10})$/.exec(phone);
  return argentinian ? `+54${argentinian[1]}` : phone;
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
