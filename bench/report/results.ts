import type { Summary } from '../figure.js';
import type { Machine } from './machine.js';

/** One scenario as it was measured last. */
export interface ScenarioResult {
  measuredAt: string;
  runs: number;
  scale: number;
  machine: Machine;
  summaries: Summary[];
  /** What was measured on the way, one line each. */
  remarks: string[];
}

export type Results = Readonly<Record<string, ScenarioResult>>;

/** New results take the place of the old ones of the same scenarios; scenarios that no longer exist are dropped. */
export function mergeResults(old: Results, fresh: Results, known: readonly string[]): Results {
  const all: Results = { ...old, ...fresh };
  return Object.fromEntries(known.flatMap((id) => (all[id] ? [[id, all[id]]] : [])));
}
