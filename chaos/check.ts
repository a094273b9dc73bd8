import type { Tally } from './truth.js';

/** One thing that must be so. */
export interface Check {
  name: string;
  holds: boolean;
  /** Both sides where they differ. */
  detail: string;
}

const SHOWN = 5;

export function none(name: string, found: readonly unknown[]): Check {
  const some = found.slice(0, SHOWN).map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
  const detail = found.length === 0 ? '' : `${found.length}: ${some.join(', ')}`;
  return { name, holds: found.length === 0, detail };
}

export function equal(name: string, left: Tally, right: Tally): Check {
  const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])].toSorted();
  const different = keys.filter((key) => (left[key] ?? 0) !== (right[key] ?? 0));
  const detail = different.map((key) => `${key}: ${left[key] ?? 0} and ${right[key] ?? 0}`).join(', ');
  return { name: `${name} agree`, holds: different.length === 0, detail };
}
