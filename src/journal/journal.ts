/** When it was appended, and what. */
export interface JournalRecord {
  at: Date;
  data: Buffer;
}

/**
 * Records that outlive the database: appended one after the other, never changed, kept for days. What was appended is
 * there after the end of this process; of a machine that loses its power, as far as the store has written it down.
 */
export interface Journal {
  /** Resolves once it is kept. Records of one process keep their order. */
  append(data: Buffer): Promise<void>;
  /**
   * What was appended since then, by whichever process, the oldest first as far as they came from one; some that are
   * older may be among them.
   * @throws JournalDamaged when records in between cannot be read.
   */
  since(from: Date): AsyncIterable<JournalRecord>;
  /** Forgets what is older. */
  trim(before: Date): Promise<void>;
  /** Short texts by name, beside the records: the last value of each. */
  notes(): Promise<ReadonlyMap<string, string>>;
  note(name: string, value: string): Promise<void>;
  close(): Promise<void>;
}

/** A part of the journal is there and cannot be read. */
export class JournalDamaged extends Error {
  constructor(where: string) {
    super(`The journal of hand-overs cannot be read at ${where}.`);
    this.name = 'JournalDamaged';
  }
}
