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

/**
 * SQL that is true when a campaign (an SQL expression) has a recipient in one of these states. It asks for the first one
 * in the order of the index: with a plain EXISTS the planner, who knows how many there were when the table was last
 * analysed, reads the table until it meets one, and when the last one has just gone that is all of it.
 */
export function hasAnyIn(states: readonly RecipientState[], campaign: string): string {
  const asked = [...new Set(states.map((state) => stages[state]))];
  const found = asked.map((stage) => {
    const ofStage = states.filter((state) => stages[state] === stage);
    return `(SELECT first.id FROM campaign_contacts first
      WHERE first.campaign_id = ${campaign} AND ${isIn(ofStage, 'first')} ORDER BY first.id LIMIT 1) IS NOT NULL`;
  });
  return `(${found.join(' OR ')})`;
}
