/** How a record is written: its first byte. Numbers are never used again for something else. */
export const FORM = {
  /** A batch of hand-overs, JSON. */
  handOvers: 1,
  /** The same, deflated. */
  deflatedHandOvers: 2,
  /** What people wrote that binds, JSON. */
  binding: 3,
} as const;

/** Undefined for a record of no bytes. */
export function formOf(data: Buffer): number | undefined {
  return data[0];
}

export function withForm(form: number, rest: Buffer): Buffer {
  return Buffer.concat([Buffer.from([form]), rest]);
}
