import type { ApiClient } from './api-client.js';
import { dim, green } from './screen.js';
import type { MessageView } from './shapes.js';

/** A person who is in no campaign, on a number that the pretend network knows. */
const ASKER = '+5511961230099';
/** Her phone says who she is, as phones do. */
const PHONE = { phone: ASKER, lid: '190000000000099', pushName: 'Vera' };
const QUESTION = 'Are you open on Sundays?';
const ANSWER = 'Yes, from ten to six.';

const arrived: ReadonlySet<string> = new Set(['delivered', 'read', 'played']);
const open: ReadonlySet<string> = new Set(['pending', 'queued', 'sending', 'sent']);

/** Somebody writes to a sender in the middle of the campaign, and gets an answer before the others get their message. */
export class Question {
  private answerId: string | undefined;
  private outcome: 'open' | 'answered' | 'failed' = 'open';

  constructor(private readonly api: ApiClient) {}

  /** The phone she writes from. */
  get phone(): { phone: string; lid: string; pushName: string } {
    return PHONE;
  }

  /** What the person sends to this number. */
  messageTo(number: string): { to: string; from: string; text: string } {
    return { to: number, from: ASKER, text: QUESTION };
  }

  get isOpen(): boolean {
    return this.outcome === 'open';
  }

  get isAnswered(): boolean {
    return this.outcome === 'answered';
  }

  /** Answers the question once it has come in; what there is to tell, when the answer has arrived or failed. */
  async follow(received: readonly MessageView[], waiting: number): Promise<string | undefined> {
    if (!this.isOpen) return undefined;
    if (this.answerId === undefined) {
      await this.answer(received);
      return undefined;
    }
    const answer = await this.api.get<MessageView>(`/api/messages/${this.answerId}`);
    if (!arrived.has(answer.state)) {
      if (!open.has(answer.state)) this.outcome = 'failed';
      return undefined;
    }
    const question = received.find(({ id }) => id === answer.replyTo);
    this.outcome = question ? 'answered' : 'failed';
    if (!question) return undefined;
    const before = waiting > 0 ? `, before ${waiting} recipients of the campaign` : '';
    const who = question.pushName === null ? '' : ` (${question.pushName})`;
    return `  ${green('↪')} "${question.content}"${who} was answered${before}: ${answer.content} ${dim(`(replyTo ${question.id})`)}`;
  }

  private async answer(received: readonly MessageView[]): Promise<void> {
    const question = received.find(({ from }) => from === ASKER);
    if (!question) return;
    const body = { to: ASKER, type: 'text', content: ANSWER, replyTo: question.id };
    const headers = { 'idempotency-key': `answer-${question.id}` };
    this.answerId = (await this.api.post<{ id: string }>('/api/message/send', body, headers)).id;
  }
}
