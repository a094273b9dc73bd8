import type { BenchServices } from '../../figure.js';
import { until } from '../../../src/demo/until.js';
import { assertAllSent, isCompleted } from '../../support/campaign.js';
import { cpuSeconds, cpuSecondsOfTree } from '../../support/process-usage.js';
import type { Ground } from './ground.js';

const LONGEST_MS = 600_000;

export interface Run {
  messagesPerSecond: number;
  /** Processor time of the program's own process, in microseconds per message. */
  cpuMicros: number;
  redisMicros: number;
  postgresMicros: number;
  statements: number;
}

/** Runs a campaign from its start until it is completed, and says what a message cost. */
export async function runCampaign(ground: Ground, services: BenchServices, recipients: number): Promise<Run> {
  const { server, api } = ground;
  const id = await ground.campaign(recipients);
  const usage = () => ({
    own: server.cpu(),
    redis: cpuSeconds(services.redisPid),
    postgres: cpuSecondsOfTree(services.postgresPid),
  });
  const before = { ...usage(), ...(await server.look()) };
  const started = performance.now();
  await api.api.post(`/api/campaigns/${id}/start`);
  await until('the end of the campaign', () => isCompleted(api.api, id), {
    timeoutMs: LONGEST_MS,
    // Each look is a request of its own, which the program under test serves and pays for.
    everyMs: 250,
  });
  const seconds = (performance.now() - started) / 1_000;
  const after = { ...usage(), ...(await server.look()) };
  await assertAllSent(api.api, id, recipients);
  const micros = (from: number, to: number) => ((to - from) * 1_000_000) / recipients;
  return {
    messagesPerSecond: recipients / seconds,
    cpuMicros: micros(before.own, after.own),
    redisMicros: micros(before.redis, after.redis),
    postgresMicros: micros(before.postgres, after.postgres),
    statements: (after.statements - before.statements) / recipients,
  };
}
