import { plainTitle, withoutBrackets } from './titles.js';
import { parseBoolean } from './truth.js';
import * as words from './words/opt-out-words.js';

/** `out`: a yes means opted out. `in`: a no does. `status`: only a word such as `unsubscribed` does. */
export type OptOutKind = 'out' | 'in' | 'status';

export type OptOutReading = 'out' | 'unchanged' | 'unclear';

const OUT_TITLES = setOf(words.OPTED_OUT_TITLES);
const IN_TITLES = setOf(words.SUBSCRIBED_TITLES);
const STATUS_TITLES = setOf(words.STATUS_TITLES);
const OUT_VALUES = setOf(words.OPTED_OUT_VALUES);
const IN_VALUES = setOf(words.SUBSCRIBED_VALUES);

/** What it is about, when that is not e-mail: `Opted out of WhatsApp`, `SMS Consent Status`. */
const CHANNEL =
  /(?<![^ ])(?:(?:from|of|to|for|do|da|de|del|para|por|via|on) )?(?:all )?(?:whatsapp|sms|wa|broadcasts?|messages?|all)(?![^ ])/gu;

/** `2026-11-30`, `30/11/26 10:28`, `46356.4`, `1764498491`: when it was. */
const DATE = /^(?=.*[1-9])\d{1,4}([-./]\d{1,2}[-./]\d{1,4})(?:[ T,].{0,30})?$/u;
const AS_NUMBER = /^\d{2,15}(?:[.,]\d{1,12})?$/;
const WRITTEN_DATE = /\b(?:19|20)\d\d\b/;
/** How databases write that there is no date. */
const NO_DATE =
  /^(?:0000-00-00.*|1970-01-01(?:[T ]00:00.*)?|null|\(null\)|\\n|undefined|n\/?a|#n\/a|nan|-+)$/i;

/** Whether a column of this title says who opted out. */
export function optOutKind(title: string): OptOutKind | undefined {
  const asked = plainTitle(withoutBrackets(title));
  for (const plain of [plainTitle(title), asked, asked.replace(CHANNEL, ' ').replace(/ +/g, ' ').trim()]) {
    if (OUT_TITLES.has(plain)) return 'out';
    if (IN_TITLES.has(plain)) return 'in';
    if (STATUS_TITLES.has(plain)) return 'status';
  }
  return undefined;
}

/** What a cell of such a column says. An import only ever opts people out: a yes to messages changes nothing. */
export function parseOptOut(cell: string, kind: OptOutKind): OptOutReading {
  const text = cell.trim();
  if (text === '' || NO_DATE.test(text)) return 'unchanged';
  const plain = plainTitle(text);
  // Our own exports say `withdrawn (api)`.
  const first = plainTitle(text.replace(/\(.*$/su, ''));
  if (OUT_VALUES.has(plain) || OUT_VALUES.has(first)) return 'out';
  if (IN_VALUES.has(plain) || IN_VALUES.has(first)) return 'unchanged';
  if (kind === 'status') return 'unchanged';
  const truth = parseBoolean(text);
  if (truth !== undefined) return truth === (kind === 'out') ? 'out' : 'unchanged';
  if (kind === 'in') return 'unchanged';
  return DATE.test(text) || AS_NUMBER.test(text) || WRITTEN_DATE.test(text) ? 'out' : 'unclear';
}

function setOf(lists: readonly string[]): ReadonlySet<string> {
  return new Set(lists.flatMap((list) => list.split(';').map(plainTitle)));
}
