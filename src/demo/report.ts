import type { ApiClient } from './api-client.js';
import { dim, green, heading, line, red, table } from './screen.js';
import {
  countNames,
  type CampaignView,
  type EventView,
  type RateView,
  type RecipientView,
  type SenderView,
  type StatsView,
  type TraceView,
} from './shapes.js';

/** What arrived at the pretend phones, as their network wrote it down. */
export interface Arrivals {
  arrived: number;
  duplicates: number;
  /** The person who asked got the answer. */
  questionAnswered: boolean;
}

interface SenderStatsView {
  sent: { total: number };
  failed: number;
}

/** Shows the final tables and one recipient's trace, and returns whether everything adds up. */
export async function report(
  api: ApiClient,
  campaign: CampaignView,
  senders: readonly SenderView[],
  arrivals: Arrivals,
): Promise<boolean> {
  const stats = await api.get<StatsView>(`/api/campaigns/${campaign.id}/stats?by=part`);
  heading('5. The outcome');
  await senderTable(api, senders);
  line();
  stateTable(stats);
  line();
  variantTable(stats);
  line();
  await showTrace(api, campaign);
  line();
  await showEvents(api, campaign, senders);
  line();
  const checks = verify(stats, campaign, arrivals);
  for (const { what, holds } of checks) line(`  ${holds ? green('✓') : red('✗')} ${what}`);
  return checks.every(({ holds }) => holds);
}

async function senderTable(api: ApiClient, senders: readonly SenderView[]): Promise<void> {
  const rows: (string | number)[][] = [['sender', 'status', 'health', 'sent', 'failed']];
  for (const { id } of senders) {
    const sender = await api.get<SenderView>(`/api/senders/${id}`);
    const { sent, failed } = await api.get<SenderStatsView>(`/api/senders/${id}/stats`);
    rows.push([sender.name, sender.status, sender.healthScore, sent.total, failed]);
  }
  table(rows);
}

function stateTable(stats: StatsView): void {
  const rows: (string | number)[][] = [['state', 'recipients']];
  for (const name of countNames) if (stats[name] > 0) rows.push([name, stats[name]]);
  rows.push(['total', stats.total]);
  table(rows);
  for (const { code, count } of stats.byCode) line(`  ${count} × ${code}`);
  line(`  ${stats.replied} replied, ${stats.optedOut} opted out`);
}

function variantTable(stats: StatsView): void {
  const rows: (string | number)[][] = [['variant', 'recipients', 'read', 'replied']];
  for (const { name, recipients, rates } of stats.byVariant ?? []) {
    rows.push([name, recipients, percent(rates.read), percent(rates.replied)]);
  }
  table(rows);
  if (stats.comparison) line(`  ${stats.comparison.read.statement}`);
}

/** With the interval it lies in: small samples must not look like knowledge. */
function percent({ rate, low, high }: RateView): string {
  const whole = (share: number | null): number => Math.round((share ?? 0) * 100);
  return rate === null ? '-' : `${whole(rate)} % (${whole(low)} to ${whole(high)} %)`;
}

/** The whole way of one recipient who read everything. */
async function showTrace(api: ApiClient, campaign: CampaignView): Promise<void> {
  const path = `/api/campaigns/${campaign.id}/contacts`;
  const [recipient] = await api.get<RecipientView[]>(`${path}?state=read&limit=1`);
  if (!recipient) return;
  const trace = await api.get<TraceView>(`${path}/${recipient.id}/trace`);
  line(dim(`  the way of ${recipient.name ?? 'one recipient'}:`));
  for (const { at, text } of trace.steps) line(`  ${dim(at.slice(11, 19))} ${text}`);
}

/** What happened to the campaign and its senders, in the order of time. */
async function showEvents(
  api: ApiClient,
  campaign: CampaignView,
  senders: readonly SenderView[],
): Promise<void> {
  const logs = [
    { whose: 'the campaign', path: `/api/campaigns/${campaign.id}/events` },
    ...senders.map(({ id, name }) => ({ whose: name, path: `/api/senders/${id}/events` })),
  ];
  const told: { at: string; text: string }[] = [];
  for (const { whose, path } of logs) {
    for (const { at, kind, payload } of await api.get<EventView[]>(path)) {
      const { reason } = payload;
      told.push({ at, text: `${kind} (${whose}${typeof reason === 'string' ? `: ${reason}` : ''})` });
    }
  }
  line(dim('  what happened:'));
  for (const { at, text } of told.toSorted((a, b) => a.at.localeCompare(b.at)))
    line(`  ${dim(at.slice(11, 19))} ${text}`);
}

function verify(
  stats: StatsView,
  campaign: CampaignView,
  arrivals: Arrivals,
): { what: string; holds: boolean }[] {
  const sum = countNames.reduce((total, name) => total + stats[name], 0);
  const open = stats.pending + stats.queued + stats.sending;
  const handedOver = (stats.byPart ?? []).reduce((total, { sent }) => total + sent, 0);
  return [
    { what: `every recipient reached a final state (${open} open)`, holds: open === 0 },
    {
      what: `the states add up to the ${campaign.totalRecipients} recipients`,
      holds: sum === campaign.totalRecipients && stats.total === sum,
    },
    {
      what: `${arrivals.arrived} of ${handedOver} messages arrived, ${arrivals.duplicates} of them twice`,
      holds: arrivals.arrived === handedOver && arrivals.duplicates === 0,
    },
    { what: 'the question got its answer', holds: arrivals.questionAnswered },
  ];
}
