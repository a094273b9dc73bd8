import { ApiClient } from '../../src/demo/api-client.js';
import type { StatsView } from '../../src/demo/shapes.js';
import { createLogger } from '../../src/lib/logger.js';
import {
  createSimulatorNetwork,
  createSimulatorServer,
  instantBehaviour,
  type SimulatorNetwork,
} from '../../src/transports/simulator/index.js';
import { waitFor } from '../support/wait-for.js';

/** The far side of the network, in the process of the test, so that it outlives every server that is killed. */
export async function startSimulator(): Promise<{
  network: SimulatorNetwork;
  url: string;
  close(): Promise<void>;
}> {
  const network = createSimulatorNetwork({ behaviour: instantBehaviour });
  const server = createSimulatorServer({ network, logger: createLogger('silent') });
  const url = await server.listen(0);
  return {
    network,
    url,
    async close() {
      network.close();
      await server.close();
    },
  };
}

export function logIn(url: string): Promise<ApiClient> {
  return ApiClient.login(url, 'owner@example.com', 'correct-horse-battery');
}

/** Creates senders without a noticeable quota and waits until all are connected. */
export async function connectSenders(api: ApiClient, count: number): Promise<void> {
  const wide = { quotaPerMinute: 10_000, quotaPerHour: 10_000, quotaPerDay: 10_000 };
  for (let index = 0; index < count; index += 1) {
    const sender = await api.post<{ id: string }>('/api/senders', {
      name: `Sender ${index}`,
      transport: 'simulator',
      ...wide,
    });
    await api.post(`/api/senders/${sender.id}/connect`);
  }
  await allConnected(api, count);
}

export async function allConnected(api: ApiClient, count: number): Promise<void> {
  await waitFor(
    async () => {
      const senders = await api.get<{ status: string }[]>('/api/senders');
      return senders.filter(({ status }) => status === 'connected').length === count;
    },
    { timeoutMs: 60_000, everyMs: 100, what: `${count} connected senders` },
  );
}

/** A started campaign to that many people who do not exist, fast enough for a test. */
export async function startCampaign(
  api: ApiClient,
  recipients: number,
  pace: { minDelay: number; maxDelay: number },
): Promise<string> {
  const contacts = Array.from({ length: recipients }, (_, index) => ({
    phoneNumber: `+55119${61_000_000 + index}`,
    name: `Person ${index}`,
  }));
  const { id } = await api.post<{ id: string }>('/api/campaigns', {
    name: `Campaign of ${recipients}`,
    messages: [{ type: 'text', content: 'Hi {{ contact.name }}' }],
    contacts,
    ...pace,
  });
  await api.post(`/api/campaigns/${id}/start`);
  return id;
}

export function statsOf(api: ApiClient, id: string): Promise<StatsView> {
  return api.get<StatsView>(`/api/campaigns/${id}/stats`);
}

export async function completed(api: ApiClient, id: string, timeoutMs = 90_000): Promise<StatsView> {
  await waitFor(
    async () => (await api.get<{ status: string }>(`/api/campaigns/${id}`)).status === 'completed',
    { timeoutMs, everyMs: 100, what: 'the campaign to complete' },
  );
  return statsOf(api, id);
}
