import type { MessageType, TransportName } from '../../transports/transport.js';
import type { SenderPool } from './pool.js';

/** A pool as the reservation searches it. All requests of one batch share it. */
export interface PoolSearch {
  tenantId: string;
  pool: SenderPool;
  newConversation: boolean;
  messages: number;
  messageTypes: readonly MessageType[];
  /** The transports that can carry those types. */
  carriers: readonly TransportName[];
  /** Of them those that can write to the person. */
  transports: readonly TransportName[];
  /** Members of the pool that may not serve these requests: their budget for the campaign is used up. */
  excludedSenderIds?: readonly string[];
  /** May take senders that are kept for urgent requests. */
  urgent?: boolean;
  /** Takes only senders that requests with precedence have left free for a moment. */
  yields?: boolean;
  /** The worker that asks. Senders whose session another one hosts are not for it to use. */
  workerId?: string;
}

/** The parameters of one statement, numbered as they are added. */
export class Parameters {
  readonly values: unknown[] = [];

  readonly add = (value: unknown, type: string): string => {
    this.values.push(value);
    return `$${this.values.length}::${type}`;
  };
}

/** The conditions on `sender_slots` of belonging to the pool. */
export function poolConditions({ tenantId, pool }: PoolSearch, { add }: Parameters): string[] {
  const tenant = add(tenantId, 'uuid');
  const membership = poolMembership(pool, add, { tenant, id: 'sender_id' });
  return [`tenant_id = ${tenant}`, ...(membership ? [membership] : [])];
}

/**
 * The SQL condition for membership of a row whose column `id` names the sender, `tenant` being the parameter with the
 * tenant's id; undefined when every sender belongs.
 */
export function poolMembership(
  pool: SenderPool,
  add: (value: unknown, type: string) => string,
  { tenant, id }: { tenant: string; id: string },
): string | undefined {
  const parts: string[] = [];
  if (pool.senderIds.length > 0) parts.push(`${id} = ANY(${add(pool.senderIds, 'uuid[]')})`);
  if (pool.senderTags.length > 0) {
    const tags = add(pool.senderTags, 'text[]');
    parts.push(
      `${id} IN (SELECT member.sender_id FROM sender_tags member WHERE member.tenant_id = ${tenant} AND member.tag = ANY(${tags}))`,
    );
  }
  return parts.length > 0 ? `(${parts.join(' OR ')})` : undefined;
}

/** Connected, unpaused, healthy, of the right transport, and with something left of their budget. */
export function ableConditions(search: PoolSearch, { add }: Parameters): string[] {
  const excluded = search.excludedSenderIds ?? [];
  return [
    'able',
    `transport = ANY(${add(search.transports, 'text[]')})`,
    ...(excluded.length > 0 ? [`sender_id <> ALL(${add(excluded, 'uuid[]')})`] : []),
  ];
}

/** Whether the worker that asks can send through a sender: it hosts the session, or no worker does. */
export function hostedHere({ workerId }: PoolSearch, { add }: Parameters): string {
  return workerId === undefined ? 'true' : `coalesce(worker_id = ${add(workerId, 'uuid')}, true)`;
}
