import type { FieldError } from '../../../lib/errors.js';

/** What a suppression holds back: all messages, those of purpose `marketing`, or campaigns about one topic. */
export const suppressionScopes = ['everything', 'marketing', 'topic'] as const;
export type SuppressionScope = (typeof suppressionScopes)[number];

export const TOPIC = /^[a-z0-9][a-z0-9_-]{0,63}$/;
export const TOPIC_MESSAGE =
  'must be at most 64 small letters, digits, hyphens and underscores, beginning with a letter or digit, such as newsletter';

/** As it is stored: `everything`, `marketing` or `topic:<name>`. */
export function storedScope(
  scope: SuppressionScope,
  topic: string | null | undefined,
): { ok: true; scope: string } | { ok: false; error: FieldError } {
  const named = topic !== undefined && topic !== null;
  if (scope === 'topic') {
    if (!named) return refused('Name the topic that the scope "topic" is about.');
    return TOPIC.test(topic) ? { ok: true, scope: `topic:${topic}` } : refused(TOPIC_MESSAGE);
  }
  return named ? refused(`Leave it out, or set scope to "topic".`) : { ok: true, scope };
}

export function shownScope(stored: string): { scope: SuppressionScope; topic: string | null } {
  if (stored.startsWith('topic:')) return { scope: 'topic', topic: stored.slice(6) };
  return { scope: stored === 'marketing' ? 'marketing' : 'everything', topic: null };
}

function refused(message: string): { ok: false; error: FieldError } {
  return { ok: false, error: { path: 'topic', message } };
}

/**
 * SQL for whether suppression `x` holds back what goes to a line, for a purpose and about a topic (null for none). The topic
 * is asked for a line that is on the list only.
 */
export function holdsBack({
  line,
  purpose,
  topic,
}: {
  line: string;
  purpose: string;
  topic: string;
}): string {
  return `x.line = ${line} AND (x.scope = 'everything' OR (x.scope = 'marketing' AND ${purpose} = 'marketing')
    OR x.scope = 'topic:' || (${topic}))`;
}
