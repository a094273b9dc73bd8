import type { RenderedContent } from '../content/index.js';
import type { CappedClaim } from './core/frequency-cap.js';
import type { SourceRef } from './core/source-kind.js';

/** A delivery that is about to be handed over, one part of it. */
export interface ClaimRequest extends SourceRef {
  tenantId: string;
  deliveryId: string;
  /** As read; another claim in between makes this one lose. */
  claimEpoch: number;
  part: number;
  senderId: string;
  /** Messages the recipient still gets, when this claim begins it at this sender; none when the sender goes on with it. */
  begins?: number;
  waMessageId: string | undefined;
  type: string;
  /** Its readable text. */
  body: string | null;
  /** Null for plain text. */
  content: RenderedContent | null;
  /** Of a first message to a contact whose tenant has a frequency cap. */
  capped?: CappedClaim;
}
