import type { FieldError } from '../../../lib/errors.js';
import type { PartDraft, CampaignPart, RenderedContent } from '../../content/index.js';
import type { CampaignDeps } from '../../campaigns/index.js';
import type { Delays } from '../../../lib/pause.js';

/** One message of a request with valid fields; whether it can be sent is not known yet. */
export interface DirectDraft {
  /** Position in the request. */
  index: number;
  /** What the paths of its fields begin with: nothing, or `messages[3].`. */
  place: string;
  /** The field that names its recipient. */
  recipientPath: string;
  /** E.164. */
  phone: string;
  name: string | null;
  draft: PartDraft;
  template: boolean;
  variables: Record<string, unknown>;
  senderId: string | undefined;
  sendAt: Date | undefined;
  /** The message that it answers. */
  replyTo: string | undefined;
  /** Who wrote that message, and to whom; known once it was looked up. */
  answered?: AnsweredMessage;
}

/** A person wrote to a sender. */
export interface AnsweredMessage {
  contactId: string;
  senderId: string;
}

/** A message that will be sent: its part with its file, and what its recipient gets of it. */
export interface ReadyMessage extends Omit<DirectDraft, 'draft' | 'template' | 'variables'> {
  part: CampaignPart;
  content: RenderedContent;
}

/** A message of a request that cannot be sent, and why. */
export interface RefusedMessage {
  index: number;
  kind: 'invalid' | 'not_possible' | 'too_large';
  code: string;
  errors: FieldError[];
}

export interface AcceptedMessage {
  id: string;
  index: number;
  state: 'queued' | 'pending';
  to: string;
  sendAt: Date | null;
  replyTo: string | null;
}

export interface AcceptedBulk {
  id: string;
  messages: AcceptedMessage[];
  refused: RefusedMessage[];
}

export interface DirectDeps extends Pick<
  CampaignDeps,
  'database' | 'queue' | 'contacts' | 'senders' | 'media' | 'clock' | 'logger' | 'defaultCountry'
> {
  /** Milliseconds a sender rests after a direct message; the engine's default unless given. */
  delays?: Delays;
}
