import { Output, TypeGuards, type Template } from 'liquidjs';

/** Pieces in their order: a text as it stands, or the path of a value that is put in. */
export type PlainTemplate = readonly (string | readonly string[])[];

/** Liquid reads these of any value: the number of its characters or items, and the first and last of them. */
const MADE_UP = new Set(['size', 'first', 'last']);
/** Longer texts go through Liquid, which counts what they take. */
const MAX_LENGTH = 4_096;

/**
 * The pieces of a template that does nothing but put values into a text, perhaps with a `default`: most do, and going
 * through Liquid for them was a tenth of what a message cost. Undefined for any other.
 */
export function plainTemplateOf(templates: readonly Template[]): PlainTemplate | undefined {
  const pieces: (string | readonly string[])[] = [];
  for (const template of templates) {
    const piece = TypeGuards.isHTMLToken(template.token) ? template.token.getContent() : pathOf(template);
    if (piece === undefined) return undefined;
    pieces.push(piece);
  }
  return pieces;
}

/**
 * The text for one recipient, the same as Liquid writes; undefined where Liquid has to look: a value is missing, or is
 * neither a text nor a number, or the text grows long.
 */
export function writePlain(pieces: PlainTemplate, scope: object): string | undefined {
  let text = '';
  for (const piece of pieces) {
    const written = typeof piece === 'string' ? piece : valueAt(scope, piece);
    if (written === undefined) return undefined;
    text += written;
  }
  return text.length > MAX_LENGTH ? undefined : text;
}

function pathOf(template: Template): readonly string[] | undefined {
  if (!(template instanceof Output)) return undefined;
  const { initial, filters } = template.value;
  const [token, ...others] = initial.postfix;
  if (others.length > 0 || !TypeGuards.isPropertyAccessToken(token) || token.variable !== undefined)
    return undefined;
  if (filters.some(({ name }) => name !== 'default')) return undefined;
  const path: string[] = [];
  for (const step of token.props) {
    if (!TypeGuards.isWordToken(step) || MADE_UP.has(step.content)) return undefined;
    path.push(step.content);
  }
  return path;
}

function valueAt(scope: object, path: readonly string[]): string | undefined {
  let value: unknown = scope;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, step))
      return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  if (typeof value === 'string') return value === '' ? undefined : value;
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : undefined;
}
