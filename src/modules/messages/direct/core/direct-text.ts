import {
  choiceSeed,
  literalPart,
  renderPart,
  templateScope,
  type RenderResult,
} from '../../../content/core/templates/template.js';
import type { CampaignPart } from '../../../content/core/part.js';

/** The contact of a direct message. */
export interface DirectPerson {
  id: string;
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
export function writeDirect(message: Unwritten, person: DirectPerson): RenderResult {
  if (!message.template) return literalPart(message.part);
  const scope = templateScope({
    phone: person.phone,
    name: message.name ?? person.name,
    variables: { ...person.attributes, ...message.variables },
  });
  return renderPart(message.part, scope, choiceSeed(person.id, 0));
}
