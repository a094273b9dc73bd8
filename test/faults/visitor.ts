import { setTimeout as pause } from 'node:timers/promises';

/** Longer than any request may take, whatever is broken; one that does has status 0. */
const PATIENCE_MS = 9_000;
const BETWEEN_MS = 300;

export interface Visit {
  what: string;
  /** 0: no answer in time, or a connection that was cut. */
  status: number;
  ms: number;
  retryAfter: string | null;
  body: string;
}

interface Errand {
  what: string;
  method: 'GET' | 'POST';
  path: string;
  body?: (turn: number) => object;
  form?: (turn: number) => FormData;
}

/** Goes on all the errands again and again, each on its own, as so many users would, and notes every answer. */
export class Visitor {
  readonly visits: Visit[] = [];
  private readonly leaving = new AbortController();
  private readonly walks: Promise<void>[];
  private since = 0;

  constructor(
    private readonly url: string,
    private readonly token: string,
    errands: readonly Errand[],
  ) {
    this.walks = errands.map((errand) => this.walk(errand));
  }

  /** Answers from now on are another chapter. */
  turnPage(): void {
    this.since = this.visits.length;
  }

  /** Of this chapter. */
  get recent(): readonly Visit[] {
    return this.visits.slice(this.since);
  }

  /** How often the errand that was answered least got this answer, in this chapter. */
  leastAnswered(accepts: (visit: Visit) => boolean = () => true): number {
    const counts = new Map([...new Set(this.visits.map(({ what }) => what))].map((what) => [what, 0]));
    for (const visit of this.recent) {
      if (accepts(visit)) counts.set(visit.what, (counts.get(visit.what) ?? 0) + 1);
    }
    return Math.min(...counts.values());
  }

  async leave(): Promise<readonly Visit[]> {
    this.leaving.abort();
    await Promise.all(this.walks);
    return this.visits;
  }

  private async walk(errand: Errand): Promise<void> {
    for (let turn = 0; !this.leaving.signal.aborted; turn += 1) {
      this.visits.push(await this.visit(errand, turn));
      await pause(BETWEEN_MS);
    }
  }

  private async visit({ what, method, path, body, form }: Errand, turn: number): Promise<Visit> {
    const startedAt = performance.now();
    const json = body && JSON.stringify(body(turn));
    try {
      const response = await fetch(this.url + path, {
        method,
        body: form ? form(turn) : json,
        headers: {
          authorization: `Bearer ${this.token}`,
          ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        },
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      const text = await response.text();
      const retryAfter = response.headers.get('retry-after');
      const ms = performance.now() - startedAt;
      return { what, status: response.status, ms, retryAfter, body: text.slice(0, 2_000) };
    } catch (error) {
      return { what, status: 0, ms: performance.now() - startedAt, retryAfter: null, body: String(error) };
    }
  }
}

export const contactOf = (turn: number): string => `+55119${62_000_000 + turn}`;
export const importedOf = (turn: number): string => `+55119${63_000_000 + turn}`;

/** What users do while something is broken. */
export function everyday(campaignId: string): Errand[] {
  const login = { email: 'owner@example.com', password: 'correct-horse-battery' };
  return [
    { what: 'live', method: 'GET', path: '/health/live' },
    { what: 'ready', method: 'GET', path: '/health/ready' },
    { what: 'login', method: 'POST', path: '/api/auth/login', body: () => login },
    { what: 'campaigns', method: 'GET', path: '/api/campaigns' },
    { what: 'statistics', method: 'GET', path: `/api/campaigns/${campaignId}/stats` },
    { what: 'contacts', method: 'GET', path: '/api/contacts?q=Person' },
    {
      what: 'new contact',
      method: 'POST',
      path: '/api/contacts',
      body: (turn) => ({ phoneNumber: contactOf(turn), name: 'Late' }),
    },
    {
      what: 'new campaign',
      method: 'POST',
      path: '/api/campaigns',
      body: (turn) => ({ name: `Draft ${turn}`, template: 'Hi', contacts: ['+5511961000000'] }),
    },
    { what: 'import', method: 'POST', path: '/api/contacts/import', form: importOf },
  ];
}

function importOf(turn: number): FormData {
  const form = new FormData();
  form.set('file', new Blob([`phone,name\n${importedOf(turn)},Imported\n`]), 'people.csv');
  return form;
}
