import { isLoopback } from './checks.js';
import type { Config } from './config.js';

/** What is wrong between settings that are each right by themselves. One sentence per problem, with the way out. */
export function crossProblems({ server, database, queue, auth }: Config): string[] {
  const problems: string[] = [];
  if (auth.mode === 'none' && !isLoopback(server.host)) {
    problems.push(
      `AUTH_MODE is "none" while HOST is "${server.host}": everybody who reaches this address would be the administrator. ` +
        'Allowed: HOST=127.0.0.1, or AUTH_MODE=password.',
    );
  }
  if (queue.enableRedis && !queue.activeRedisUrl) {
    problems.push(
      'ENABLE_REDIS is "true" without a server. Allowed: set REDIS_URL or REDIS_HOST too, or ENABLE_REDIS=false.',
    );
  }
  if (server.roles.length === 1 && !database.url) {
    problems.push(
      `ROLES is "${server.roles.join(',')}" without DATABASE_URL: the embedded database belongs to one process, and the other ` +
        'role could not reach it. Allowed: ROLES=api,worker, or set DATABASE_URL.',
    );
  }
  return problems;
}
