import type { FieldError } from '../../../lib/errors.js';
import { normalisePhone } from '../../../lib/phone.js';
import type { MessageType } from '../../../transports/transport.js';
import { isStorable } from '../../../lib/storable.js';
import { withoutNulls } from '../../../lib/without-nulls.js';
import type { CampaignPart } from './part.js';

/** A part as a request writes it. Which of the fields it may have depends on its type; null is the same as absent. */
export interface PartInput {
  type: MessageType;
  content?: string | null;
  mediaId?: string | null;
  mediaUrl?: string | null;
  webPage?: boolean | null;
  caption?: string | null;
  filename?: string | null;
  latitude?: number | null;
  longitude?: number | null;
  name?: string | null;
  address?: string | null;
  displayName?: string | null;
  phoneNumber?: string | null;
  organisation?: string | null;
  question?: string | null;
  choices?: string[] | null;
  selectable?: number | null;
}

/** Where a part's file comes from. */
export interface FileSource {
  /** The field that names it: `messages[0].mediaUrl`. */
  path: string;
  mediaId?: string;
  mediaUrl?: string;
  /** A web page at that URL is wanted. */
  webPage?: true;
}

/** A part with valid fields. One with a file has no `mediaId` of its own until the file was checked. */
export interface PartDraft {
  part: CampaignPart;
  file?: FileSource;
}

type Field = Exclude<keyof PartInput, 'type'>;

const MAX_FILE_NAME = 255;
const fileFields = ['mediaId', 'mediaUrl'] as const satisfies Field[];

const shapes: Record<MessageType, { required: Field[]; optional: Field[]; file?: true }> = {
  text: { required: ['content'], optional: [] },
  image: { required: [], optional: ['caption', 'filename'], file: true },
  video: { required: [], optional: ['caption', 'filename'], file: true },
  document: { required: [], optional: ['caption', 'filename', 'webPage'], file: true },
  audio: { required: [], optional: [], file: true },
  voice: { required: [], optional: [], file: true },
  location: { required: ['latitude', 'longitude'], optional: ['name', 'address'] },
  contact: { required: ['displayName', 'phoneNumber'], optional: ['organisation'] },
  poll: { required: ['question', 'choices'], optional: ['selectable'] },
};

/** How a field that is missing is given. */
const examples: Partial<Record<Field, string>> = {
  content: '"content": "Hi {{ name }}"',
  latitude: '"latitude": -8.0476',
  longitude: '"longitude": -34.877',
  displayName: '"displayName": "Support"',
  phoneNumber: '"phoneNumber": "+5511987654321"',
  question: '"question": "Which day suits you?"',
  choices: '"choices": ["Monday", "Friday"]',
};

/** Parses one part of a request, or returns an error per wrong field, with the fix. */
export function parsePart(
  input: PartInput,
  path: string,
  defaultCountry?: string,
): { ok: true; draft: PartDraft } | { ok: false; errors: FieldError[] } {
  const given = withoutNulls(input);
  const shapeErrors = errorsOfShape(given, path);
  if (shapeErrors.length > 0) return { ok: false, errors: shapeErrors };
  const part = partOf(given, defaultCountry);
  const errors = valueErrors(given, path, part);
  if (errors.length > 0 || 'reason' in part) return { ok: false, errors };
  const file = shapes[part.type].file ? fileOf(given, path) : undefined;
  return { ok: true, draft: { part, ...(file && { file }) } };
}

function errorsOfShape(given: PartInput, path: string): FieldError[] {
  const { required, optional, file } = shapes[given.type];
  const known = new Set<string>(['type', ...required, ...optional, ...(file ? fileFields : [])]);
  const errors = required
    .filter((field) => given[field] === undefined)
    .map((field) => ({
      path: `${path}.${field}`,
      message: `a part of type ${given.type} needs it: ${examples[field]}`,
    }));
  for (const field of Object.keys(given).filter((name) => !known.has(name))) {
    errors.push({ path: `${path}.${field}`, message: misplaced(field, given.type, file === true) });
  }
  if (file) errors.push(...fileErrors(given, path));
  return errors;
}

function misplaced(field: string, type: MessageType, hasFile: boolean): string {
  const captioned = shapes[type].optional.includes('caption');
  if (field === 'content' && captioned) return `a part of type ${type} has no content; call it caption`;
  if (field === 'caption' && type === 'text') return 'a part of type text has no caption; call it content';
  if (field === 'caption' && hasFile) {
    return `a part of type ${type} has no caption; leave it out, or send the text as a part of its own`;
  }
  return `a part of type ${type} has no ${field}; leave it out`;
}

function fileErrors({ type, mediaId, mediaUrl, webPage }: PartInput, path: string): FieldError[] {
  if (mediaId !== undefined && webPage !== undefined && mediaUrl === undefined) {
    return [
      { path: `${path}.webPage`, message: 'is about a mediaUrl; an upload is sent as it is. Leave it out' },
    ];
  }
  if (mediaId !== undefined && mediaUrl !== undefined) {
    return [{ path: `${path}.mediaUrl`, message: 'give either mediaUrl or mediaId, not both' }];
  }
  if (mediaId !== undefined || mediaUrl !== undefined) return [];
  const message = `a part of type ${type} needs a file: mediaUrl, or the mediaId of one uploaded with POST /api/media`;
  return [{ path: `${path}.mediaUrl`, message }];
}

function fileOf({ mediaId, mediaUrl, webPage }: PartInput, path: string): FileSource {
  return typeof mediaId === 'string'
    ? { path: `${path}.mediaId`, mediaId: mediaId.toLowerCase() }
    : { path: `${path}.mediaUrl`, mediaUrl: mediaUrl ?? '', ...(webPage ? { webPage } : {}) };
}

/** The part as it is stored; its required fields are known to be there. */
function partOf(given: PartInput, defaultCountry?: string): CampaignPart | { reason: string } {
  const { type } = given;
  switch (type) {
    case 'text':
      return { type, content: given.content ?? '' };
    case 'image':
    case 'video':
    case 'document': {
      const { caption, filename } = given;
      return {
        type,
        mediaId: '',
        ...(caption ? { caption } : {}),
        ...(filename?.trim() ? { fileName: filename.trim() } : {}),
      };
    }
    case 'audio':
    case 'voice':
      return { type, mediaId: '' };
    case 'location': {
      const { latitude, longitude, name, address } = given;
      return {
        type,
        latitude: latitude ?? 0,
        longitude: longitude ?? 0,
        ...(name ? { name } : {}),
        ...(address ? { address } : {}),
      };
    }
    case 'contact': {
      const phone = normalisePhone(given.phoneNumber ?? '', defaultCountry);
      if (!phone.ok) return { reason: phone.reason };
      const { displayName, organisation } = given;
      return {
        type,
        displayName: displayName ?? '',
        phoneNumber: phone.phone,
        ...(organisation ? { organisation } : {}),
      };
    }
    case 'poll': {
      const { question, choices, selectable } = given;
      return { type, question: question ?? '', choices: choices ?? [], selectable: selectable ?? 1 };
    }
  }
}

/** Errors that only the values show; the DTO has checked their types and ranges. */
function valueErrors(given: PartInput, path: string, part: CampaignPart | { reason: string }): FieldError[] {
  if ('reason' in part) return [{ path: `${path}.phoneNumber`, message: part.reason }];
  if (part.type === 'poll') return pollErrors(part, path);
  const { filename } = given;
  if (typeof filename !== 'string') return [];
  const wrong = filename.length > MAX_FILE_NAME || /[/\\\p{Cc}]/u.test(filename) || !isStorable(filename);
  const message = `must be a file name of at most ${MAX_FILE_NAME} characters, without a path: "prices.pdf"`;
  return wrong ? [{ path: `${path}.filename`, message }] : [];
}

function pollErrors(part: Extract<CampaignPart, { type: 'poll' }>, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const first = new Map<string, number>();
  for (const [index, choice] of part.choices.entries()) {
    const earlier = first.get(choice.trim());
    if (earlier === undefined) first.set(choice.trim(), index);
    else {
      const message = `is the same as choices[${earlier}]; WhatsApp takes no choice twice`;
      errors.push({ path: `${path}.choices[${index}]`, message });
    }
  }
  if (part.selectable > part.choices.length) {
    const message = `must be at most the number of choices, ${part.choices.length}`;
    errors.push({ path: `${path}.selectable`, message });
  }
  return errors;
}
