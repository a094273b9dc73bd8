import { DomainError } from '../../../lib/errors.js';
import type { AddressKind } from '../../../transports/transport.js';
import { lineOf } from '../../../lib/phone-line.js';
import { inTurns } from '../../../lib/yielding-work.js';
import { invalidMessage, type ReadMessages } from './core/direct-input.js';
import { answeredBy } from './core/reply.js';
import { repliedMessages } from './reply.repository.js';
import type { DirectDraft, ReadyMessage, RefusedMessage, DirectDeps } from './direct.types.js';
import type { CampaignParts, FilesOfRequest, RenderedContent } from '../../content/index.js';
import { withFileOf, writeDirect } from './core/direct-text.js';
import { unknownSenders } from '../../senders/index.js';
import type { Purpose } from '../../tenants/index.js';
import {
  knownNumbers,
  type KnownNumber,
  unaddressedReason,
  unreachableReason,
} from '../../contacts/index.js';

/** Files of one request that are read or fetched at the same time. */
const FILES_AT_ONCE = 8;

/** A draft with what its recipient will get. */
type WrittenDraft = DirectDraft & { content: RenderedContent };

/**
 * Checks the messages of a request against the tenant's senders, files, contacts and suppressions. Files are fetched until
 * the signal aborts, whose reason is then thrown.
 */
export class DirectCheck {
  constructor(
    private readonly deps: Pick<DirectDeps, 'database' | 'senders'>,
    private readonly parts: CampaignParts,
  ) {}

  async run(
    tenantId: string,
    read: ReadMessages,
    purpose: Purpose,
    signal?: AbortSignal,
  ): Promise<{ ready: ReadyMessage[]; refused: RefusedMessage[] }> {
    const refused = new Map(read.refused.map((message) => [message.index, message]));
    const open = <Item extends { index: number }>(items: readonly Item[]): Item[] =>
      items.filter(({ index }) => !refused.has(index));
    const note = (found: readonly RefusedMessage[]): void => {
      for (const message of found) refused.set(message.index, message);
    };
    note(await this.withUnknownSenders(tenantId, read.drafts));
    const replies = await this.withReplies(tenantId, open(read.drafts));
    note(replies.refused);
    const texts = await this.withTexts(tenantId, replies.drafts, purpose);
    note(texts.refused);
    const files = await this.withFiles(tenantId, texts.written, signal);
    note(files.refused);
    return { ready: files.ready, refused: [...refused.values()] };
  }

  private async withUnknownSenders(
    tenantId: string,
    drafts: readonly DirectDraft[],
  ): Promise<RefusedMessage[]> {
    const ids = [...new Set(drafts.flatMap(({ senderId }) => senderId ?? []))];
    if (ids.length === 0) return [];
    const unknown = await unknownSenders(this.deps.database.manager, tenantId, ids);
    return drafts
      .filter(({ senderId }) => senderId !== undefined && unknown.has(senderId))
      .map(({ index, place, senderId }) => {
        const errors = [{ path: `${place}senderId`, message: `there is no sender ${senderId}` }];
        return { index, kind: 'invalid', code: 'invalid_input', errors };
      });
  }

  /** Drafts that answer a message get its sender, and the contact who wrote it. */
  private async withReplies(
    tenantId: string,
    drafts: readonly DirectDraft[],
  ): Promise<{ drafts: DirectDraft[]; refused: RefusedMessage[] }> {
    const ids = [...new Set(drafts.flatMap(({ replyTo }) => replyTo ?? []))];
    if (ids.length === 0) return { drafts: [...drafts], refused: [] };
    const messages = await repliedMessages(this.deps.database.manager, tenantId, ids);
    const refused: RefusedMessage[] = [];
    const kept = drafts.flatMap((draft) => {
      if (draft.replyTo === undefined) return draft;
      const reply = answeredBy(draft, messages.get(draft.replyTo));
      if (reply.ok) return { ...draft, answered: reply.answered, senderId: reply.answered.senderId };
      refused.push(invalidMessage(draft.index, [reply.error]));
      return [];
    });
    return { drafts: kept, refused };
  }

  /**
   * What each recipient gets. Refused are recipients who opted out or are suppressed, and those for whom the texts cannot be
   * written. Outside of the transaction that stores them: a thousand texts take a while, and nobody's rows are locked meanwhile.
   */
  private async withTexts(
    tenantId: string,
    drafts: readonly DirectDraft[],
    purpose: Purpose,
  ): Promise<{ written: WrittenDraft[]; refused: RefusedMessage[] }> {
    const phones = [...new Set(drafts.map(({ phone }) => phone))];
    const known = await knownNumbers(this.deps.database.manager, tenantId, phones, purpose);
    const byLine = new Map(known.map((number) => [number.line, number]));
    const addresses = await this.addressesFor(tenantId, drafts);
    const written: WrittenDraft[] = [];
    const refused: RefusedMessage[] = [];
    await inTurns(drafts, (draft) => {
      const number = byLine.get(lineOf(draft.phone));
      if (!number) throw new Error('A number was not looked up.');
      const outcome = textFor(draft, number, addresses.get(sendersKey(draft)) ?? []);
      if ('content' in outcome) written.push(outcome);
      else refused.push(outcome);
    });
    return { written, refused };
  }

  /** By what the senders that may serve each of these can write to a person: most requests ask for one kind of sender. */
  private async addressesFor(
    tenantId: string,
    drafts: readonly DirectDraft[],
  ): Promise<Map<string, readonly AddressKind[]>> {
    const asked = new Map(drafts.map((draft) => [sendersKey(draft), draft]));
    const found = new Map<string, readonly AddressKind[]>();
    for (const [key, { senderId, draft }] of asked) {
      const pool = { senderIds: senderId === undefined ? [] : [senderId], senderTags: [] };
      const messageTypes = [draft.part.type];
      found.set(key, await this.deps.senders.addresses({ tenantId, pool, messageTypes }));
    }
    return found;
  }

  /** Files come last: fetching one is expensive, and causes traffic at another server. */
  private async withFiles(
    tenantId: string,
    drafts: readonly WrittenDraft[],
    signal: AbortSignal | undefined,
  ): Promise<{ ready: ReadyMessage[]; refused: RefusedMessage[] }> {
    const ready: ReadyMessage[] = [];
    const refused: RefusedMessage[] = [];
    const shared = new Map<string, WrittenDraft[]>();
    for (const draft of drafts) {
      const { mediaId, mediaUrl, webPage } = draft.draft.file ?? {};
      const key = JSON.stringify([draft.draft.part, mediaId ?? null, mediaUrl ?? null, webPage ?? null]);
      const same = shared.get(key);
      if (same) same.push(draft);
      else shared.set(key, [draft]);
    }
    const waiting = [...shared.values()];
    const known = this.parts.filesOfRequest(signal);
    for (let start = 0; start < waiting.length; start += FILES_AT_ONCE) {
      const outcomes = waiting
        .slice(start, start + FILES_AT_ONCE)
        .map((same) => this.withFile(tenantId, same, known));
      for (const outcome of await Promise.all(outcomes)) {
        if (outcome.ok) ready.push(...outcome.ready);
        else refused.push(...outcome.refused);
      }
    }
    return { ready: ready.toSorted((a, b) => a.index - b.index), refused };
  }

  /** Messages with the same part are checked together; all that name the same file share it. */
  private async withFile(
    tenantId: string,
    same: readonly WrittenDraft[],
    known: FilesOfRequest,
  ): Promise<{ ok: true; ready: ReadyMessage[] } | { ok: false; refused: RefusedMessage[] }> {
    const [first] = same;
    if (!first) return { ok: true, ready: [] };
    try {
      const [part = first.draft.part] = await this.parts.withFiles(tenantId, [first.draft], known);
      const ready = same.map(({ draft: _draft, content, ...message }) => ({
        ...message,
        part,
        content: withFileOf(content, part),
      }));
      return { ok: true, ready };
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      const { kind, code, errors } = error;
      if (kind !== 'invalid' && kind !== 'not_possible' && kind !== 'too_large') throw error;
      const refused = same.map(({ index, place }) => ({
        index,
        kind,
        code,
        errors: errors.map(({ path, message }) => ({ path: `${place}${path.split('.').at(-1)}`, message })),
      }));
      return { ok: false, refused };
    }
  }
}

function sendersKey({ senderId, draft }: DirectDraft): string {
  return `${senderId ?? ''} ${draft.part.type}`;
}

function textFor(
  draft: DirectDraft,
  number: KnownNumber,
  addresses: readonly AddressKind[],
): WrittenDraft | RefusedMessage {
  const { index } = draft;
  const reason = unreachableReason(number) ?? unaddressedReason(number, addresses);
  if (reason) {
    const errors = [{ path: draft.recipientPath, message: reason.message }];
    return { index, kind: 'not_possible', code: reason.code, errors };
  }
  const { part } = draft.draft;
  const rendered = writeDirect({ ...draft, part }, number);
  if (rendered.ok) return { ...draft, content: rendered.content };
  const missing = rendered.code === 'template_missing_variable';
  const field = missing ? 'variables' : mainText(part.type);
  return {
    index,
    kind: missing ? 'not_possible' : 'invalid',
    code: rendered.code,
    errors: [{ path: `${draft.place}${field}`, message: rendered.reason }],
  };
}

/** The field to name when a text does not fit; the reason says which text it is. */
function mainText(type: string): string {
  if (type === 'text') return 'content';
  if (type === 'poll') return 'question';
  return type === 'contact' ? 'displayName' : 'caption';
}
