import type { RenderedContent } from '../../../content/core/content.js';
import {
  choiceSeed,
  literalPart,
  renderPart,
  templateScope,
  type RenderResult,
} from '../../../content/core/templates/template.js';
import type { CampaignPart } from '../../../content/core/part.js';

/** Whom a direct message goes to; without a contact there is a name only if the request has one. */
interface Recipient {
  contactId: string | null;
  line: string;
  /** In the form the contact has, which is dialled whatever form the request named. */
  phone: string;
  name: string | null;
  attributes: Record<string, unknown>;
}

interface Unwritten {
  part: CampaignPart;
  /** The texts are templates; otherwise they are sent as they stand. */
  template: boolean;
  name: string | null;
  /** Of the request; they win over the contact's attributes. */
  variables: Record<string, unknown>;
}

/** The one part of a direct message, as its recipient gets it. Never throws. */
export function writeDirect(message: Unwritten, recipient: Recipient): RenderResult {
  if (!message.template) return literalPart(message.part);
  const scope = templateScope({
    phone: recipient.phone,
    name: message.name ?? recipient.name,
    variables: { ...recipient.attributes, ...message.variables },
  });
  return renderPart(message.part, scope, choiceSeed(recipient.contactId ?? recipient.line, 0));
}

/** Texts are written before files are looked for, which costs more. */
export function withFileOf(content: RenderedContent, part: CampaignPart): RenderedContent {
  return 'mediaId' in content && 'mediaId' in part ? { ...content, mediaId: part.mediaId } : content;
}
