import { readFile, rm, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiClient } from '../../src/demo/api-client.js';
import { completed, connectSenders, startCampaign, startSimulator } from '../e2e/campaign.js';
import { startServer, type ServerProcess } from '../e2e/server.js';
import { waitFor } from '../support/wait-for.js';
import { everyday, Visitor } from './visitor.js';

/** A running server, a simulator that outlives it, a campaign under way, and a visitor that asks the API all the time. */
export interface Stage {
  server: ServerProcess;
  api: ApiClient;
  /** An access token. */
  token: string;
  network: Awaited<ReturnType<typeof startSimulator>>['network'];
  campaignId: string;
  /** The server's DATA_DIR. */
  dataDir: string;
  recipients: number;
  visitor: Visitor;
  arrived(): number;
  /** A phone that is not in the campaign writes STOP to one of the senders. */
  writeStop(): void;
  /** The numbers of those phones. */
  stopped: string[];
  /** `database`, `queue`, ... as the readiness probe names what is missing; undefined while it does not answer. */
  missing(): Promise<string[] | undefined>;
  finish(): Promise<void>;
  close(): Promise<void>;
}

export interface StageSettings {
  env: Record<string, string>;
  recipients: number;
  /** Between two messages of a sender: with it the length of the campaign is chosen. */
  pauseMs: number;
  senders?: number;
  /** Where the server finds the simulator, when not at its own address. */
  simulatorUrl?: (url: string) => Promise<string>;
}

export async function setStage(settings: StageSettings): Promise<Stage> {
  const { recipients, senders = 4, pauseMs } = settings;
  const simulator = await startSimulator();
  const dataDir = await mkdtemp(join(tmpdir(), 'starling-fault-data-'));
  const server = await startServer({
    SIMULATOR_URL: (await settings.simulatorUrl?.(simulator.url)) ?? simulator.url,
    DATA_DIR: dataDir,
    TYPING_PERCENT: '0',
    LOGIN_ATTEMPTS_PER_MINUTE: '1000',
    ...settings.env,
  });
  const api = await ApiClient.login(server.url, 'owner@example.com', 'correct-horse-battery');
  await connectSenders(api, senders);
  const campaignId = await startCampaign(api, recipients, { minDelay: pauseMs, maxDelay: pauseMs });
  const { accessToken: token } = await api.post<{ accessToken: string }>('/api/auth/login', {
    email: 'owner@example.com',
    password: 'correct-horse-battery',
  });
  const visitor = new Visitor(server.url, token, everyday(campaignId));
  const arrived = (): number => simulator.network.ledger.summary(campaignId).arrived;
  await waitFor(() => arrived() > 0 && visitor.leastAnswered() > 0, {
    timeoutMs: 30_000,
    what: 'the campaign to be under way',
  });
  const stopped: string[] = [];
  const [sender] = await api.get<{ id: string }[]>('/api/senders');
  return {
    server,
    api,
    token,
    stopped,
    writeStop() {
      const from = `+55119${64_000_000 + stopped.length}`;
      stopped.push(from);
      simulator.network.write({ from, to: sender?.id ?? '', text: 'STOP' });
    },
    network: simulator.network,
    campaignId,
    dataDir,
    recipients,
    visitor,
    arrived,
    missing: () => missingOf(server.url),
    async finish() {
      await completed(api, campaignId, 90_000);
    },
    async close() {
      await visitor.leave();
      await server.end('SIGKILL');
      await simulator.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function missingOf(url: string): Promise<string[] | undefined> {
  const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(5_000) });
  const { checks } = (await response.json()) as { checks: { name: string; ok: boolean }[] };
  return checks.filter(({ ok }) => !ok).map(({ name }) => name);
}

/** Bytes the process holds in memory; 0 on other systems than Linux, where it is not measured. */
export async function residentBytes(pid: number | undefined): Promise<number> {
  if (process.platform !== 'linux') return 0;
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1_024;
}
