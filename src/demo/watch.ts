import { setTimeout as pause } from 'node:timers/promises';
import type { ApiClient } from './api-client.js';
import { dim, green, heading, line, ProgressBar, red } from './screen.js';
import type { Question } from './question.js';
import { finished, type CampaignView, type MessageView, type SenderView, type StatsView } from './shapes.js';

const REFRESH_MS = 300;
/** Receipts and replies still come in after the last message has left. */
const QUIET_MS = 5_000;
const LIMIT_MS = 100_000;

/** Follows the campaign until all recipients have been served, the question is answered and the network has gone quiet. */
export async function watchCampaign(
  api: ApiClient,
  campaign: CampaignView,
  question: Question,
): Promise<StatsView> {
  const bar = new ProgressBar();
  const news = new News(api, bar, question);
  const deadline = Date.now() + LIMIT_MS;
  let last = '';
  let quietSince = Date.now();
  for (;;) {
    const stats = await api.get<StatsView>(`/api/campaigns/${campaign.id}/stats`);
    await news.tell(stats.total - finished(stats));
    bar.show(finished(stats), stats.total, note(stats));
    const now = JSON.stringify(stats);
    if (now !== last) quietSince = Date.now();
    last = now;
    const over = finished(stats) === stats.total && !question.isOpen && Date.now() - quietSince > QUIET_MS;
    if (over || Date.now() > deadline) {
      bar.end();
      return stats;
    }
    await pause(REFRESH_MS);
  }
}

function note(stats: StatsView): string {
  const parts = [
    `${stats.sent} sent`,
    `${stats.delivered} delivered`,
    green(`${stats.read} read`),
    `${stats.replied} replied`,
    `${stats.failed + stats.skipped + stats.unknown} not sent`,
  ];
  if (stats.waitingFor && stats.waitingFor.reason !== 'pace') parts.push(dim(stats.waitingFor.message));
  return parts.join(' · ');
}

/** Tells what happens beside the numbers: replies, an answer to one, and senders that change. */
class News {
  private readonly seenMessages = new Set<string>();
  private readonly seenSenders = new Map<string, string>();

  constructor(
    private readonly api: ApiClient,
    private readonly bar: ProgressBar,
    private readonly question: Question,
  ) {}

  /** `waiting`: recipients that the campaign has not served yet. */
  async tell(waiting: number): Promise<void> {
    const senders = await this.api.get<SenderView[]>('/api/senders');
    for (const sender of senders) this.tellSender(sender);
    const names = new Map(senders.map((sender) => [sender.id, sender.name]));
    const replies = await this.api.get<MessageView[]>('/api/messages?direction=in&limit=20');
    for (const reply of replies.toReversed()) {
      if (this.seenMessages.has(reply.id)) continue;
      this.seenMessages.add(reply.id);
      this.bar.interrupt(
        `  ${green('↩')} to ${names.get(reply.senderId) ?? 'a sender'}: ${reply.content ?? ''}`,
      );
    }
    const answered = await this.question.follow(replies, waiting);
    if (answered !== undefined) this.bar.interrupt(answered);
  }

  private tellSender(sender: SenderView): void {
    const before = this.seenSenders.get(sender.id);
    this.seenSenders.set(sender.id, sender.status);
    if (before === undefined || before === sender.status) return;
    const why =
      sender.status === 'paused'
        ? ` after ${sender.consecutiveFailures} failures in a row (health ${sender.healthScore}); the others take over`
        : '';
    this.bar.interrupt(`  ${red('!')} ${sender.name} is ${sender.status}${why}`);
  }
}

export function announceWatch(): void {
  heading('4. Deliveries, reads, replies, and a sender that goes bad');
  line(dim('  Somebody asks Bruno something meanwhile; an answer goes before the campaign.'));
  line(dim('  Carla fails after her fifth message; watch her being paused and rotated out.'));
}
