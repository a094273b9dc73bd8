import { ApiClient } from '../../../src/demo/api-client.js';
import type { CallersSettings } from './callers.js';
import { hostileKinds } from './kinds.js';

const settings = JSON.parse(process.env['CALLERS_SETTINGS'] ?? '{}') as CallersSettings;
const kind = hostileKinds.find(({ id }) => id === settings.kind);
if (!kind) throw new Error(`There is no kind of hostile request called ${settings.kind}.`);
const { url, email, password, ms, atOnce } = settings;
const attacker = await ApiClient.login(url, email, password);
const { request, most = settings.most, settle } = await kind.prepare({ server: { url }, attacker });

async function ask(): Promise<void> {
  const statuses = new Map<number, number>();
  const until = performance.now() + ms;
  const leaves = AbortSignal.timeout(ms);
  let requests = 0;
  const caller = async (): Promise<void> => {
    while (performance.now() < until && requests < most) {
      requests += 1;
      const status = await request(leaves);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, caller));
  process.send?.([...statuses]);
}

async function settled(): Promise<void> {
  await settle?.();
  process.send?.('settled');
}

// A request that breaks off ends the process, and with it the measurement.
process.on('message', (order) => void (order === 'ask' ? ask() : settled()));
process.on('disconnect', () => process.exit(1));
process.send?.('ready');
