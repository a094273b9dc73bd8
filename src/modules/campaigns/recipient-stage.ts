import type { RecipientState } from './campaign-contact.entity.js';

/**
 * A recipient's state as the index knows it. States that follow each other on every recipient's way share a stage, so
 * that moving between them touches no index: PostgreSQL then rewrites the row within its page. The column is generated
 * by the database from `state`; see the migration RecipientStages.
 */
const stages: Record<RecipientState, number> = {
  pending: 0,
  queued: 1,
  sending: 1,
  sent: 2,
  delivered: 2,
  read: 2,
  failed: 3,
  skipped: 4,
  unknown: 5,
  excluded: 6,
};

/** SQL that is true for recipients in one of these states and lets the index find them; `alias` as in `r`. */
export function isIn(states: readonly RecipientState[], alias?: string): string {
  const column = (name: string) => (alias === undefined ? name : `${alias}.${name}`);
  const asked = [...new Set(states.map((state) => stages[state]))];
  const covered = Object.entries(stages).filter(([, stage]) => asked.includes(stage));
  const byStage = `${column('stage')} IN (${asked.join(', ')})`;
  if (covered.length === states.length) return byStage;
  return `(${byStage} AND ${column('state')} IN (${states.map((state) => `'${state}'`).join(', ')}))`;
}
