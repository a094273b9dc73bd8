import type { InboundContent } from '../../../transports/inbound.js';

const MAX_NAMES = 1_000;

/** What one can read of a message: its text, a caption, the title of what was tapped, a question, a name. */
export function readable(content: InboundContent): string {
  switch (content.type) {
    case 'text':
    case 'button':
    case 'list':
      return content.text;
    case 'image':
    case 'video':
    case 'audio':
    case 'voice':
    case 'document':
    case 'sticker':
      return content.caption ?? '';
    case 'location':
      return content.name ?? '';
    case 'contacts':
      return content.contacts
        .map(({ displayName }) => displayName)
        .join(', ')
        .slice(0, MAX_NAMES);
    case 'form':
      return content.name;
    case 'poll':
      return content.question;
    case 'unavailable':
    case 'unsupported':
      return '';
  }
}

/** The text that may be a keyword: only what the person wrote or tapped. */
export function spoken(content: InboundContent): string {
  return content.type === 'text' || 'caption' in content || isTap(content) ? readable(content) : '';
}

/** A tap chooses among titles that somebody else wrote. */
export function isTap({ type }: InboundContent): boolean {
  return type === 'button' || type === 'list';
}
