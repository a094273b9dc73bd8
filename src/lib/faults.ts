/** What went wrong with one field of the caller's input, and how to fix it. */
export interface FieldError {
  path: string;
  message: string;
}

/** Faults one answer lists; it says how many more there are. */
export const MAX_FAULTS = 50;
/** Faults that the message itself names; the list has the others. */
const NAMED = 5;
/** Characters of a path, of a fault's text and of a whole message. Names and values in them may be the caller's own. */
const MAX_PATH = 160;
const MAX_TEXT = 400;
const MAX_MESSAGE = 2_000;
/** As JSON in UTF-8, where a character takes up to six bytes. With message and envelope an answer stays below 64 kB. */
const MAX_LIST_BYTES = 48_000;

/** The text, or its beginning with `…` in place of what is left out. */
export function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).toWellFormed()}…`;
}

/** A message that may quote the caller, as an answer carries it. */
export function shortMessage(message: string): string {
  return shortened(message, MAX_MESSAGE);
}

/** The faults that an answer lists of all that were found: the first ones, with paths and texts shortened. */
export function listedFaults(faults: readonly FieldError[]): FieldError[] {
  const listed: FieldError[] = [];
  let bytes = 0;
  for (const { path, message } of faults.slice(0, MAX_FAULTS)) {
    const fault = { path: shortened(path, MAX_PATH), message: shortened(message, MAX_TEXT) };
    bytes += Buffer.byteLength(JSON.stringify(fault)) + 1;
    if (bytes > MAX_LIST_BYTES) break;
    listed.push(fault);
  }
  return listed;
}

/** The first faults in one sentence, and how many there are besides. `found`: when more were found than are listed. */
export function sentenceOf(faults: readonly FieldError[], found = faults.length): string {
  const named = listedFaults(faults.slice(0, NAMED)).map(({ path, message }) => `${path}: ${message}`);
  const more = found > named.length ? `; and ${found - named.length} more` : '';
  return `${shortened(named.join('; '), MAX_MESSAGE - more.length)}${more}`;
}

/** Collects what is wrong with an input. However much that is, no more is kept than an answer lists. */
export class Faults {
  /** All that were found, kept or not. */
  found = 0;
  readonly kept: FieldError[] = [];

  /** `describe` is called for faults that are kept only. */
  add(describe: () => FieldError): void {
    this.found += 1;
    if (this.kept.length < MAX_FAULTS) this.kept.push(describe());
  }
}
