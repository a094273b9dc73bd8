import { MAX_TEXT_LENGTH } from './templates/render-budget.js';
import type { CampaignPart } from './part.js';

/** One part rendered for one recipient, with a file named by its id. Stored with the message. */
export type RenderedContent =
  | { type: 'text'; text: string }
  | { type: 'image' | 'video' | 'document'; mediaId: string; caption?: string; fileName?: string }
  | { type: 'audio' | 'voice'; mediaId: string }
  | { type: 'location'; latitude: number; longitude: number; name?: string; address?: string }
  | { type: 'contact'; displayName: string; phoneNumber: string; organisation?: string }
  | { type: 'poll'; question: string; choices: string[]; selectable: number };

/**
 * The texts of parts, by the name the API gives them, with the most characters WhatsApp shows of each. A text that is
 * not required is left out where it comes out empty.
 */
export const partTexts = {
  content: { max: MAX_TEXT_LENGTH, required: true },
  caption: { max: 1_024, required: false },
  name: { max: 1_000, required: false },
  address: { max: 1_000, required: false },
  displayName: { max: 255, required: true },
  organisation: { max: 255, required: false },
  question: { max: 255, required: true },
  choices: { max: 100, required: true },
} as const;

export type PartTextName = keyof typeof partTexts;

/** Turns a template of a part into its text; `index` counts the choices of a poll. */
export type WriteText = (name: PartTextName, template: string, index?: number) => string;

/** The part with all its texts written anew. The one place that knows which texts a part has. */
export function writeTexts(part: CampaignPart, write: WriteText): RenderedContent {
  const optional = <Name extends PartTextName>(name: Name, template: string | undefined) => {
    const text = template === undefined ? '' : write(name, template);
    return (text === '' ? {} : { [name]: text }) as Partial<Record<Name, string>>;
  };
  switch (part.type) {
    case 'text':
      return { type: 'text', text: write('content', part.content) };
    case 'image':
    case 'video':
    case 'document': {
      const { type, mediaId, fileName } = part;
      return {
        type,
        mediaId,
        ...optional('caption', part.caption),
        ...(fileName === undefined ? {} : { fileName }),
      };
    }
    case 'audio':
    case 'voice':
      return { type: part.type, mediaId: part.mediaId };
    case 'location': {
      const { type, latitude, longitude } = part;
      return {
        type,
        latitude,
        longitude,
        ...optional('name', part.name),
        ...optional('address', part.address),
      };
    }
    case 'contact':
      return {
        type: 'contact',
        displayName: write('displayName', part.displayName),
        phoneNumber: part.phoneNumber,
        ...optional('organisation', part.organisation),
      };
    case 'poll':
      return {
        type: 'poll',
        question: write('question', part.question),
        choices: part.choices.map((choice, index) => write('choices', choice, index)),
        selectable: part.selectable,
      };
  }
}

/** The file a content carries. */
export function mediaIdOf(content: RenderedContent): string | undefined {
  return 'mediaId' in content ? content.mediaId : undefined;
}

/** The readable text of a content: the text, the caption, a poll's question, the name of a place or a person. */
export function readableText(content: RenderedContent): string | null {
  switch (content.type) {
    case 'text':
      return content.text;
    case 'image':
    case 'video':
    case 'document':
      return content.caption ?? null;
    case 'audio':
    case 'voice':
      return null;
    case 'location':
      return content.name ?? null;
    case 'contact':
      return content.displayName;
    case 'poll':
      return content.question;
  }
}
