import { setTimeout as pause } from 'node:timers/promises';
import { ApiClient, Refused } from '../src/demo/api-client.js';
import type { StatsView } from '../src/demo/shapes.js';
import { until } from '../src/demo/until.js';
import { campaignPhone } from './people.js';
import { EMAIL, PASSWORD } from './programs.js';

const RESUME_AGAIN_MS = 200;
const UNLIMITED = 2_000_000_000;
/** So that all senders together hand over about 160 messages a second and there is time for everything to go wrong. */
const PACE = { minDelay: 50, maxDelay: 200 };

/** A request that was accepted: what it is called in the ledger and in the database. */
export interface Accepted {
  id: string;
}

/** The operator's side: everything goes through the API, which may be unable to answer for a while. */
export class Operator {
  private constructor(private readonly api: ApiClient) {}

  static async logIn(url: string): Promise<Operator> {
    return new Operator(await ApiClient.login(url, EMAIL, PASSWORD));
  }

  /** Returns their ids. */
  async connectSenders(count: number): Promise<string[]> {
    const ids: string[] = [];
    const quota = { quotaPerMinute: UNLIMITED, quotaPerHour: UNLIMITED, quotaPerDay: UNLIMITED };
    for (let index = 1; index <= count; index += 1) {
      const sender = { name: `Sender ${index}`, transport: 'simulator', ...quota };
      const { id } = await this.api.post<{ id: string }>('/api/senders', sender);
      await this.api.post(`/api/senders/${id}/connect`);
      ids.push(id);
    }
    await until(`${count} connected senders`, async () => {
      const connected = await this.api.get<unknown[]>('/api/senders?limit=200&status=connected');
      return connected.length === count || undefined;
    });
    return ids;
  }

  /** Returns the id of a campaign that runs. */
  async startCampaign(recipients: number): Promise<string> {
    const contacts = Array.from({ length: recipients }, (_, index) => ({
      phoneNumber: campaignPhone(index),
      name: `Person ${index}`,
    }));
    const { id } = await this.api.post<{ id: string }>('/api/campaigns', {
      name: 'Chaos',
      messages: [
        { type: 'text', content: 'Hi {{ contact.name }}' },
        { type: 'text', content: 'There is more, {{ contact.name }}' },
      ],
      contacts,
      ...PACE,
    });
    await this.api.post(`/api/campaigns/${id}/start`);
    return id;
  }

  /**
   * Sends a request under its key. `unknown`: it is to be repeated under the same key; whoever asks cannot know what was
   * done, the server has to. A refusal says that nothing was done.
   */
  async ask(path: string, body: object, key: string): Promise<Accepted | 'unknown' | Refused> {
    try {
      return await this.api.post<Accepted>(path, body, { 'idempotency-key': key });
    } catch (error) {
      // 409: under way; 429: too many.
      const isFinal = error instanceof Refused && error.status < 500 && ![409, 429].includes(error.status);
      return isFinal ? error : 'unknown';
    }
  }

  /** The id of a message that came in; undefined while it is not stored, or the API cannot say. */
  async messageFrom({ senderId, text }: { senderId: string; text: string }): Promise<string | undefined> {
    const newest = await this.api
      .get<{ id: string; content: string | null }[]>(
        `/api/messages?direction=in&senderId=${senderId}&limit=100`,
      )
      .catch(() => []);
    return newest.find(({ content }) => content === text)?.id;
  }

  /**
   * Resumes a campaign that is held after a restore. Returns how many of its recipients may get a message twice, as the
   * answer says; undefined when that answer was lost.
   */
  async resume(campaign: string, signal: AbortSignal): Promise<number | undefined> {
    for (;;) {
      try {
        const { warnings } = await this.api.post<{ warnings: { code: string; count: number }[] }>(
          `/api/campaigns/${campaign}/resume`,
        );
        return warnings.find(({ code }) => code === 'database_restored')?.count ?? 0;
      } catch (error) {
        // It runs: the answer to an earlier attempt did not arrive.
        if (error instanceof Refused && error.status === 409) return undefined;
        if (error instanceof Refused && error.status < 500) throw error;
        await pause(RESUME_AGAIN_MS, undefined, { signal });
      }
    }
  }

  /** Undefined while the API cannot say. */
  async statusOf(campaign: string): Promise<string | undefined> {
    const { status } = await this.api
      .get<{ status: string }>(`/api/campaigns/${campaign}`)
      .catch(() => ({ status: undefined }));
    return status;
  }

  statsOf(campaign: string): Promise<StatsView> {
    return this.api.get<StatsView>(`/api/campaigns/${campaign}/stats`);
  }
}
