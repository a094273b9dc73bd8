/** The parts of the API's answers that the demo reads. */
export interface SenderView {
  id: string;
  name: string;
  status: string;
  phoneNumber: string | null;
  healthScore: number;
  consecutiveFailures: number;
}

export interface ImportView {
  id: string;
  status: 'queued' | 'running' | 'completed' | 'failed';
  error?: string | null;
  counts: Record<'rows' | 'created' | 'updated' | 'unchanged' | 'duplicate' | 'invalid', number>;
  listId: string | null;
}

export interface CampaignView {
  id: string;
  status: string;
  totalRecipients: number;
}

export type CountName =
  'pending' | 'queued' | 'sending' | 'sent' | 'delivered' | 'read' | 'failed' | 'skipped' | 'unknown';

export interface StatsView extends Record<CountName, number> {
  total: number;
  replied: number;
  optedOut: number;
  byCode: { code: string; count: number }[];
  waitingFor?: { reason: string; message: string };
  byPart?: { part: number; sent: number }[];
  byVariant?: { name: string; recipients: number; rates: Record<'read' | 'replied', RateView> }[];
  comparison?: Record<'read' | 'replied', { statement: string }>;
}

/** A share with the interval it lies in with 95 % certainty; null while nothing was counted. */
export interface RateView {
  rate: number | null;
  low: number | null;
  high: number | null;
}

export interface RecipientView {
  id: string;
  name: string | null;
}

export interface TraceView {
  summary: string;
  steps: { at: string; text: string }[];
}

export interface EventView {
  kind: string;
  at: string;
  payload: Record<string, unknown>;
}

export interface MessageView {
  id: string;
  direction: 'in' | 'out';
  state: string;
  senderId: string;
  /** The number it came from; null for what was sent. */
  from: string | null;
  /** What its writer calls himself. */
  pushName: string | null;
  content: string | null;
  /** The message that it answers. */
  replyTo: string | null;
}

export const countNames: readonly CountName[] = [
  'pending',
  'queued',
  'sending',
  'sent',
  'delivered',
  'read',
  'failed',
  'skipped',
  'unknown',
];

/** Recipients in a final state. */
export function finished(stats: StatsView): number {
  return stats.sent + stats.delivered + stats.read + stats.failed + stats.skipped + stats.unknown;
}
