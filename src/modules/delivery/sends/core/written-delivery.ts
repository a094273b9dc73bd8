import { addMs } from '../../../../lib/clock.js';
import { newId } from '../../../../lib/ids.js';
import { readableText, type RenderedContent } from '../../../content/core/content.js';
import { DUE_HORIZON_MS } from '../../core/due.js';
import { FIRST_CLAIM } from '../../core/job-id.js';
import type { SendLane } from '../../core/lane.js';
import type { SendJob } from '../../send-jobs.js';
import type { WrittenDelivery } from '../send.repository.js';

/** Whom a delivery goes to, and how. */
export interface Addressee {
  contactId: string;
  /** E.164, as it is dialled. */
  phone: string;
  name: string | null;
  onlySenderId?: string | null;
  sendAt?: Date | null;
  /** The message that it answers. */
  replyTo?: string | null;
  /** `direct` unless given. */
  lane?: SendLane;
}

/** A delivery with one message for each content, in their order. */
export function writtenDelivery(
  { contactId, phone, name, onlySenderId = null, sendAt = null, replyTo = null, lane = 'direct' }: Addressee,
  contents: readonly RenderedContent[],
  now: Date,
): WrittenDelivery {
  return {
    id: newId(),
    contactId,
    phone,
    name,
    onlySenderId,
    sendAt,
    replyTo,
    lane,
    waits: sendAt !== null && sendAt > addMs(now, DUE_HORIZON_MS),
    messages: contents.map((content, part) => ({
      id: newId(),
      part,
      type: content.type,
      body: readableText(content),
      content: content.type === 'text' ? null : content,
    })),
  };
}

/** The jobs of deliveries that were just made; those that wait for their time get theirs later. */
export function firstJobs(tenantId: string, deliveries: readonly WrittenDelivery[], now: Date): SendJob[] {
  return deliveries
    .filter(({ waits }) => !waits)
    .map(({ id, lane, sendAt }) => ({
      id,
      tenantId,
      lane,
      claimEpoch: FIRST_CLAIM,
      // Without a priority a job goes before all that have one: the jobs of campaigns.
      delayMs: sendAt ? Math.max(sendAt.getTime() - now.getTime(), 0) : 0,
    }));
}
