import type { ApiClient } from './api-client.js';
import { green, heading, line, red, table } from './screen.js';
import { countNames, type CampaignView, type SenderView, type StatsView } from './shapes.js';

/** What arrived at the pretend phones, as their network wrote it down. */
export interface Arrivals {
  arrived: number;
  duplicates: number;
}

interface SenderStatsView {
  sent: { total: number };
  failed: number;
}

/** Shows the two final tables and answers whether everything adds up. */
export async function report(
  api: ApiClient,
  campaign: CampaignView,
  senders: readonly SenderView[],
  arrivals: Arrivals,
): Promise<boolean> {
  const stats = await api.get<StatsView>(`/api/campaigns/${campaign.id}/stats`);
  heading('5. The outcome');
  await senderTable(api, senders);
  line();
  stateTable(stats);
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

function verify(
  stats: StatsView,
  campaign: CampaignView,
  arrivals: Arrivals,
): { what: string; holds: boolean }[] {
  const sum = countNames.reduce((total, name) => total + stats[name], 0);
  const open = stats.pending + stats.queued + stats.sending;
  const handedOver = stats.sent + stats.delivered + stats.read;
  return [
    { what: `every recipient reached a final state (${open} open)`, holds: open === 0 },
    {
      what: `the states add up to the ${campaign.totalRecipients} recipients`,
      holds: sum === campaign.totalRecipients && stats.total === sum,
    },
    {
      what: `${arrivals.arrived} messages arrived at ${handedOver} phones, ${arrivals.duplicates} twice`,
      holds: arrivals.arrived === handedOver && arrivals.duplicates === 0,
    },
  ];
}
