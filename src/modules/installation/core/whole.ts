/** What the journal says of itself. */
export interface JournalAge {
  /** Its beginning; undefined when it is new. */
  since: Date | undefined;
  /** When hand-overs were last kept nowhere. */
  gapAt: Date | undefined;
}

/** How a replay went. */
export interface Replayed {
  /** The restored database knows what happened until then. */
  knownUntil: Date;
  /** Hand-overs of deliveries that the database does not have. */
  missing: number;
  readable: boolean;
}

/** Whether the journal has everything that was handed over since the backup, and nothing that the database lacks. */
export function isWhole({ since, gapAt }: JournalAge, { knownUntil, missing, readable }: Replayed): boolean {
  if (!readable || missing > 0 || since === undefined) return false;
  return since <= knownUntil && (gapAt === undefined || gapAt < knownUntil);
}
