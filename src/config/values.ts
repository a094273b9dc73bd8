import type { SettingDescription, SettingKind } from './setting.js';

const YES = new Set(['true', '1', 'yes', 'on']);
const NO = new Set(['false', '0', 'no', 'off']);

/** The value a text stands for. A text that cannot be one stays a text, and validation refuses it. */
export function parseValue(kind: SettingKind, text: string): unknown {
  const trimmed = text.trim();
  switch (kind) {
    case 'text':
      return trimmed;
    case 'whole number':
      return /^-?\d+$/.test(trimmed) ? Number(trimmed) : trimmed;
    case 'switch':
      if (YES.has(trimmed.toLowerCase())) return true;
      return NO.has(trimmed.toLowerCase()) ? false : trimmed;
    case 'list':
      return trimmed
        .split(',')
        .map((entry) => entry.trim())
        .filter((entry) => entry !== '');
  }
}

/** A value as text, the way it is written into a `.env` file. */
export function formatValue(value: NonNullable<SettingDescription['default']>): string {
  return Array.isArray(value) ? value.join(',') : String(value);
}

const HIDDEN = '(hidden, it may hold a password)';

/** What may be shown of a value: nothing of secrets, and no password inside a URL. */
export function maskValue(setting: Pick<SettingDescription, 'secret'>, text: string): string {
  if (setting.secret) return '(hidden)';
  if (!text.includes('@') && !/passw/i.test(text)) return `"${text}"`;
  if (!URL.canParse(text)) return HIDDEN;
  const url = new URL(text);
  // A password with a character that should have been escaped ends up in the wrong part of the URL.
  if (url.hostname === '' || `${url.pathname}${url.search}${url.hash}`.includes('@')) return HIDDEN;
  if (url.password) url.password = '***';
  for (const name of url.searchParams.keys()) {
    if (/passw/i.test(name)) url.searchParams.set(name, '***');
  }
  return `"${url.href}"`;
}
