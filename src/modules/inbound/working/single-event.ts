import type { Tx } from '../../../db/index.js';
import type { InboundEdit, InboundMessage } from '../../../transports/inbound.js';
import { saveLastSenders } from '../../contacts/index.js';
import {
  editReceived,
  lockAnswered,
  markOptedOut,
  markReplied,
  purposeOfQuoted,
  storeOwn,
  storeReceived,
  type ReceivedMessage,
} from '../../delivery/index.js';
import { tenantWords, type WordKind } from '../../tenants/index.js';
import { noteInbound } from '../conversation.repository.js';
import { keywordText } from '../core/event-row.js';
import { keywordOf, possibleKeyword } from '../core/keywords.js';
import { isTap } from '../core/readable.js';
import type { InboundPeople } from '../people.js';
import { asReceived } from './plain-messages.js';
import { lockParkedStop, lockWaiting, markDone, markObeyed, type LockedEvent } from './waiting.repository.js';

/** Works off one event, whatever it is. False when another worker has it, or had it. */
export async function takeSingle(tx: Tx, people: InboundPeople, id: string): Promise<boolean> {
  const [locked] = await lockWaiting(tx, [id]);
  if (!locked) return false;
  await take(tx, people, locked);
  await markDone(tx, [id]);
  return true;
}

/** Opts out whoever wrote a STOP that is parked. Whatever else is parked keeps no claims back any more. */
export async function obeyParkedStop(tx: Tx, people: InboundPeople, id: string): Promise<void> {
  const parked = await lockParkedStop(tx, id);
  if (!parked) return;
  const { tenantId, senderId, event } = parked;
  if (event.type === 'message' || event.type === 'edit') {
    const contactId = (await people.contactOfPeer(tx, tenantId, event.from))?.contactId;
    if (contactId === undefined) throw new Error('what came in is of nobody');
    const ids = { tenantId, senderId, contactId };
    const waMessageId = event.type === 'message' ? event.waMessageId : event.target.waMessageId;
    if ((await wordIn(tx, ids, event)) === 'opt_out')
      await obey(tx, people, { ...ids, waMessageId }, 'opt_out');
  }
  await markObeyed(tx, id);
}

async function take(tx: Tx, people: InboundPeople, locked: LockedEvent): Promise<void> {
  const { tenantId, senderId, event } = locked;
  switch (event.type) {
    case 'identity':
      await people.linkPeers(tx, tenantId, event.peers);
      return;
    case 'identity_changed':
      await people.changeIdentity(tx, tenantId, event.from, event.to, { at: event.at });
      return;
    case 'message':
    case 'edit': {
      const contactId = (await people.contactOfPeer(tx, tenantId, event.from))?.contactId;
      if (contactId === undefined) throw new Error('what came in is of nobody');
      const ids = { tenantId, senderId, contactId };
      return event.type === 'message'
        ? takeMessage(tx, people, ids, event)
        : takeEdit(tx, people, ids, event);
    }
  }
}

interface Ids {
  tenantId: string;
  senderId: string;
  contactId: string;
}

/** A keyword binds from then on; anything else is a reply. What the account's owner wrote is stored as his and is neither. */
async function takeMessage(tx: Tx, people: InboundPeople, ids: Ids, event: InboundMessage): Promise<void> {
  const message = asReceived(ids, event);
  if (event.fromMe) return storeOwn(tx, message);
  const [isNew] = await storeReceived(tx, [message]);
  if (!isNew) return;
  await saveLastSenders(tx, [message]);
  await noteInbound(tx, [message]);
  const word = (await isAnswerOfFlow(tx, message, event)) ? undefined : await wordIn(tx, ids, event);
  const mark = word === undefined ? 'replied_at' : 'opted_out_at';
  const answered = await lockAnswered(tx, [message], mark);
  if (word === undefined) return markReplied(tx, answered);
  await obey(tx, people, message, word);
  if (word === 'opt_out') await markOptedOut(tx, answered);
}

/** An edit may turn any text into a STOP. It is no reply. */
async function takeEdit(tx: Tx, people: InboundPeople, ids: Ids, event: InboundEdit): Promise<void> {
  const { target, text, at } = event;
  const { waMessageId, fromMe } = target;
  await editReceived(tx, { ...ids, waMessageId, fromMe, from: event.from, text, at });
  const word = await wordIn(tx, ids, event);
  if (word) await obey(tx, people, { ...ids, waMessageId }, word);
}

async function wordIn(tx: Tx, ids: Ids, event: InboundMessage | InboundEdit): Promise<WordKind | undefined> {
  const text = keywordText(event);
  if (possibleKeyword(text) === undefined) return undefined;
  return keywordOf(text, await tenantWords(tx, ids.tenantId));
}

async function obey(
  tx: Tx,
  people: InboundPeople,
  { tenantId, contactId, waMessageId }: Ids & { waMessageId: string },
  word: WordKind,
): Promise<void> {
  const proof = `WhatsApp message ${waMessageId}`;
  if (word === 'opt_out') await people.optOut(tx, tenantId, contactId, proof);
  else await people.optIn(tx, tenantId, contactId, proof);
}

/** A tap on a button of a message that is no marketing chooses among answers; one on anything else may be a STOP. */
async function isAnswerOfFlow(tx: Tx, message: ReceivedMessage, event: InboundMessage): Promise<boolean> {
  return isTap(event.content) && (await purposeOfQuoted(tx, message)) === 'service';
}
