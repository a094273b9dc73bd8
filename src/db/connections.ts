import type { Use } from './use.js';

export type ConnectionsByUse = Record<Use, number>;

/** Of a hundred connections. What is left over is the last one's. */
const WITH_API = { short: 10, heavyRead: 20, heavyWrite: 10 } as const;
const REQUESTS_BESIDE_JOBS = 20;

/**
 * Divides the connections of one process, five or more, among their uses, at least one for each. A process without the
 * API answers health probes only; one without a worker has little to do outside requests.
 */
export function divideConnections(total: number, roles: { api: boolean; worker: boolean }): ConnectionsByUse {
  const part = (percent: number): number => Math.max(1, Math.floor((total * percent) / 100));
  const short = part(WITH_API.short);
  // Never used at the same time as the others.
  const migration = 1;
  if (!roles.api) {
    const unused = { request: 1, heavyRead: 1, heavyWrite: 1 };
    return { short, ...unused, job: Math.max(1, total - short - 3), migration };
  }
  const heavyRead = part(WITH_API.heavyRead);
  const heavyWrite = part(WITH_API.heavyWrite);
  const rest = Math.max(2, total - short - heavyRead - heavyWrite);
  const request = roles.worker ? part(REQUESTS_BESIDE_JOBS) : Math.max(1, rest - part(10));
  return { short, request, heavyRead, heavyWrite, job: Math.max(1, rest - request), migration };
}
