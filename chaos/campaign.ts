import { ApiClient } from '../src/demo/api-client.js';
import type { StatsView } from '../src/demo/shapes.js';
import { until } from '../src/demo/until.js';
import { EMAIL, PASSWORD } from './programs.js';

export const PARTS = 2;

const UNLIMITED = 2_000_000_000;
/** So that all senders together hand over about 160 messages a second and there is time for everything to go wrong. */
const PACE = { minDelay: 50, maxDelay: 200 };

/** The operator's side: everything goes through the API, which may be unable to answer for a while. */
export class Operator {
  private constructor(private readonly api: ApiClient) {}

  static async logIn(url: string): Promise<Operator> {
    return new Operator(await ApiClient.login(url, EMAIL, PASSWORD));
  }

  async connectSenders(count: number): Promise<void> {
    const quota = { quotaPerMinute: UNLIMITED, quotaPerHour: UNLIMITED, quotaPerDay: UNLIMITED };
    for (let index = 1; index <= count; index += 1) {
      const sender = { name: `Sender ${index}`, transport: 'simulator', ...quota };
      const { id } = await this.api.post<{ id: string }>('/api/senders', sender);
      await this.api.post(`/api/senders/${id}/connect`);
    }
    await until(`${count} connected senders`, async () => {
      const connected = await this.api.get<unknown[]>('/api/senders?limit=200&status=connected');
      return connected.length === count || undefined;
    });
  }

  /** Returns the id of a campaign that runs. */
  async startCampaign(recipients: number): Promise<string> {
    const contacts = Array.from({ length: recipients }, (_, index) => ({
      phoneNumber: `+55119${60_000_000 + index}`,
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
