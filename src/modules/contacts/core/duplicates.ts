/** What two contacts have in common that makes them one person. A line has one contact only, in whatever form. */
export type DuplicateReason = 'same_name_and_digits';

export interface DuplicateCandidate {
  id: string;
  name: string | null;
}

export interface DuplicateGroup<Candidate> {
  reason: DuplicateReason;
  /** Oldest first. */
  contacts: Candidate[];
}

/** Groups contacts whose numbers end alike: those of the same name. */
export function groupDuplicates<Candidate extends DuplicateCandidate>(
  candidates: readonly Candidate[],
): DuplicateGroup<Candidate>[] {
  const byName = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const name = candidate.name?.normalize('NFKC').toLowerCase().trim();
    if (name) byName.set(name, [...(byName.get(name) ?? []), candidate]);
  }
  return [...byName.values()]
    .filter((group) => group.length > 1)
    .map((group) => ({
      reason: 'same_name_and_digits',
      contacts: group.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    }));
}
