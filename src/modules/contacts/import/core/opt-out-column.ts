import {
  asksConsent,
  isAboutOtherChannel,
  isAboutOtherTopic,
  kindByWords,
  type OptOutKind,
} from './opt-out-title.js';
import { plainTitle, withoutBrackets } from './titles.js';
import { parseAnswer, parseBoolean } from './truth.js';
import * as words from './words/opt-out-words.js';

export type OptOutReading = 'out' | 'unchanged' | 'unclear';

const OUT_TITLES = setOf(words.OPTED_OUT_TITLES);
const IN_TITLES = setOf(words.SUBSCRIBED_TITLES);
const STATUS_TITLES = setOf(words.STATUS_TITLES);
const OUT_VALUES = setOf(words.OPTED_OUT_VALUES);
const IN_VALUES = setOf(words.SUBSCRIBED_VALUES);
const EVERYTHING = setOf(words.EVERYTHING_VALUES);
const UNMISTAKABLE = setOf(words.UNMISTAKABLE_VALUES);
const STATUS = new RegExp(
  `(?<![^ ])(?:${[...setOf(words.STATUS_WORDS)].join('|')})(?![^ ])(?: (?:de|do|da|del|der|of))?`,
  'u',
);
const UNSPACED_STATUS = /状态|狀態|ステータス|状況|상태|สถานะ/u;

/** What it is about, when that is not e-mail: `Opted out of WhatsApp`, `SMS Consent Status`. */
const CHANNEL =
  /(?<![^ ])(?:(?:from|of|to|for|do|da|de|del|para|por|via|on) )?(?:all )?(?:whatsapp|sms|wa|broadcasts?|messages?|all)(?![^ ])/gu;

/** More of a cell names no channels. */
const MAX_CHANNELS = 200;

/** `2026-11-30`, `30/11/26 10:28`, `46356.4`, `1764498491`: when it was. */
const DATE = /^(?=.*[1-9])\d{1,4}([-./]\d{1,2}[-./]\d{1,4})(?:[ T,].{0,30})?$/u;
const AS_NUMBER = /^\d{2,15}(?:[.,]\d{1,12})?$/;
const WRITTEN_DATE = /\b(?:19|20)\d\d\b/;
/** How databases write that there is no date. */
const NO_DATE =
  /^(?:0000-00-00.*|1970-01-01(?:[T ]00:00.*)?|null|\(null\)|\\n|undefined|n\/?a|#n\/a|nan|-+)$/i;

/**
 * Whether a column of this title says who opted out: one of the usual titles, or else by its words, or as a status of
 * whatever. What is about e-mail only, or about an insurance, says nothing about messages.
 */
export function optOutKind(title: string): OptOutKind | undefined {
  const whole = plainTitle(title);
  if (isAboutOtherChannel(whole) || isAboutOtherTopic(whole)) return undefined;
  const asked = plainTitle(withoutBrackets(title));
  const channelless = tidy(asked.replace(CHANNEL, ' '));
  const usual = firstOf([whole, asked, channelless], kindOf);
  if (usual !== undefined) return usual;
  const isStatus = STATUS.test(asked) || UNSPACED_STATUS.test(asked);
  // `Opt-Out Status` asks what `Opt-Out` asks.
  const statusless = isStatus ? [asked, channelless].map((plain) => tidy(plain.replace(STATUS, ' '))) : [];
  const said = firstOf(statusless, kindOf) ?? firstOf([asked, whole], kindByWords);
  return said ?? (isStatus ? 'anything' : undefined);
}

/** The same of a column that the caller says to be one: a yes means opted out, unless its title asks for a consent. */
export function mappedOptOutKind(title: string): OptOutKind {
  const kind = optOutKind(title);
  if (kind === 'in' || kind === 'about' || kind === 'out') return kind;
  return asksConsent(plainTitle(withoutBrackets(title))) ? 'in' : 'out';
}

/** True for a title of an opt-out from something else than messages, as far as one can tell. */
export function isOtherOptOut(title: string): boolean {
  return isAboutOtherTopic(plainTitle(title));
}

function firstOf(
  titles: readonly string[],
  kind: (plain: string) => OptOutKind | undefined,
): OptOutKind | undefined {
  for (const plain of titles) {
    const found = kind(plain);
    if (found !== undefined) return found;
  }
  return undefined;
}

function kindOf(plain: string): OptOutKind | undefined {
  if (OUT_TITLES.has(plain)) return 'out';
  if (IN_TITLES.has(plain)) return 'in';
  return STATUS_TITLES.has(plain) ? 'status' : undefined;
}

function tidy(text: string): string {
  return text.replace(/ +/g, ' ').trim();
}

/** What a cell of such a column says. An import only ever opts people out: a yes to messages changes nothing. */
export function parseOptOut(cell: string, kind: OptOutKind): OptOutReading {
  const text = cell.trim();
  if (text === '' || NO_DATE.test(text)) return 'unchanged';
  const plain = plainTitle(text);
  if (kind === 'anything') return isUnmistakable(text) ? 'out' : 'unchanged';
  // Our own exports say `withdrawn (api)`.
  const first = plainTitle(text.replace(/\(.*$/su, ''));
  if (OUT_VALUES.has(plain) || OUT_VALUES.has(first)) return 'out';
  if (IN_VALUES.has(plain) || IN_VALUES.has(first)) return 'unchanged';
  if (kind === 'status') return 'unchanged';
  const truth = parseBoolean(text);
  if (truth !== undefined) return truth === (kind !== 'in') ? 'out' : 'unchanged';
  if (kind === 'about') return 'out';
  // `No, I want no more` in a column of opt-outs may mean either.
  if (parseAnswer(text) === (kind === 'out')) return 'out';
  if (kind === 'in') return 'unchanged';
  const channels = channelsOf(text);
  if (channels !== undefined) return channels;
  return DATE.test(text) || AS_NUMBER.test(text) || WRITTEN_DATE.test(text) ? 'out' : 'unclear';
}

/** `WhatsApp; e-mail`, `All` are what the person is out of; undefined for a cell that names something else, too. */
function channelsOf(text: string): OptOutReading | undefined {
  const parts = text
    .slice(0, MAX_CHANNELS)
    .split(/[,;/|&+\n]/u)
    .map(plainTitle);
  if (!parts.every((part) => EVERYTHING.has(part) || isAboutOtherChannel(part))) return undefined;
  return parts.some((part) => EVERYTHING.has(part)) ? 'out' : 'unchanged';
}

/** `Unsubscribed`, also with when, where and by whom: `Opted out (SMS)`, `Unsubscribed on 2026-01-05 via WhatsApp`. */
function isUnmistakable(text: string): boolean {
  const plain = plainTitle(text);
  const bare = tidy(
    plainTitle(withoutBrackets(text))
      .replace(
        /\b(?:on|at|since|by|via|user|contact|customer|em|pelo|pela|por|el|desde|le|am|il|t|z)\b|\d+/g,
        ' ',
      )
      .replace(CHANNEL, ' '),
  );
  return UNMISTAKABLE.has(plain) || UNMISTAKABLE.has(bare);
}

function setOf(lists: readonly string[]): ReadonlySet<string> {
  return new Set(lists.flatMap((list) => list.split(';').map(plainTitle)));
}
