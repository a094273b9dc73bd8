import type { DeliveryState } from './core/delivery-state.js';

/**
 * A recipient's state as the index knows it. States that follow each other on every recipient's way share a stage, so
 * that moving between them touches no index: PostgreSQL then rewrites the row within its page. The column is generated
 * by the database from `state`; see RECIPIENT_STAGE in migrations/initial-schema/campaigns.ts.
 */
const stages: Record<DeliveryState, number> = {
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
export function isIn(states: readonly DeliveryState[], alias?: string): string {
  const asked = stagesOf(states);
  const byStage = `${column('stage', alias)} IN (${asked.join(', ')})`;
  const byState = stateAmong(states, asked, alias);
  return byState ? `(${byStage} AND ${byState})` : byStage;
}

/**
 * The same for states of one stage, with an order by id that only the index of stages has; `after`, an SQL expression,
 * is the id it begins behind. With `ORDER BY id` the planner may prefer the primary key, and read every recipient of
 * all earlier campaigns.
 * @throws Error for states of several stages: their ids have no common order in the index.
 */
export function inOrder(
  states: readonly DeliveryState[],
  { alias, after }: { alias?: string; after?: string } = {},
): { where: string; orderBy: string } {
  const asked = stagesOf(states);
  if (asked.length !== 1) throw new Error(`${states.join(', ')} are not states of one stage.`);
  const [stage, id] = [column('stage', alias), column('id', alias)];
  // A range, because the planner would drop a stage that it knows to be equal to something from the order.
  const from =
    after === undefined ? `${stage} >= ${asked[0]}` : `(${stage}, ${id}) > (${asked[0]}, ${after})`;
  const byState = stateAmong(states, asked, alias);
  return {
    where: `(${from} AND ${stage} <= ${asked[0]}${byState ? ` AND ${byState}` : ''})`,
    orderBy: `${stage}, ${id}`,
  };
}

function stagesOf(states: readonly DeliveryState[]): number[] {
  return [...new Set(states.map((state) => stages[state]))];
}

/** Undefined when the stages have no other states. */
function stateAmong(
  states: readonly DeliveryState[],
  asked: readonly number[],
  alias: string | undefined,
): string | undefined {
  const covered = Object.values(stages).filter((stage) => asked.includes(stage));
  if (covered.length === states.length) return undefined;
  return `${column('state', alias)} IN (${states.map((state) => `'${state}'`).join(', ')})`;
}

function column(name: string, alias: string | undefined): string {
  return alias === undefined ? name : `${alias}.${name}`;
}

/**
 * SQL that is true when a campaign (an SQL expression) has a recipient in one of these states. It asks for the first
 * one in the order of the index: with a plain EXISTS the planner, which knows the counts of the last ANALYZE, scans the
 * table until it meets one; when the last one has just gone, that is the whole table.
 */
export function hasAnyIn(states: readonly DeliveryState[], campaign: string): string {
  const found = stagesOf(states).map((stage) => {
    const ofStage = states.filter((state) => stages[state] === stage);
    const { where, orderBy } = inOrder(ofStage, { alias: 'first' });
    return `(SELECT first.id FROM deliveries first
      WHERE first.campaign_id = ${campaign} AND ${where} ORDER BY ${orderBy} LIMIT 1) IS NOT NULL`;
  });
  return `(${found.join(' OR ')})`;
}
