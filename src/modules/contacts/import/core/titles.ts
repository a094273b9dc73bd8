import QuickLRU from 'quick-lru';
import { WRITTEN_LETTERS } from '../../../../lib/written-letters.js';
import { TAG_WORDS } from './words/name-words.js';
import * as phones from './words/phone-words.js';

/** More of a title says nothing about what its column holds. */
const MAX_TITLE = 200;
/** Accents, and the marks that Arabic and Hebrew are written with or without. */
const ACCENTS =
  /[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u093c\u09bc\u0a3c]/g;
/** A part of Ukrainian words. */
const APOSTROPHE = /(?<=\p{Script=Cyrillic})['’ʼ](?=\p{Script=Cyrillic})/gu;
/** Those of all folding, and what titles are also written with. */
const WRITTEN_AS: Readonly<Record<string, string>> = {
  ...WRITTEN_LETTERS,
  ħ: 'h',
  ŧ: 't',
  ß: 'ss',
  ı: 'i',
};
const REWRITTEN = new RegExp(`[${Object.keys(WRITTEN_AS).join('')}]`, 'gu');
/** Scripts without blanks between words. */
export const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const BRACKETS = /[([{（［【「][^)\]}）］】」]{0,200}[)\]}）］】」]/gu;
/** Words around a name in scripts without blanks: `your`, `customer`. */
export const UNSPACED_FILLER =
  /您的|你的|请输入|請輸入|客户|客戶|顾客|顧客|会员|會員|学生|學生|收货人|联系人|聯絡人|お客様の?|あなたの|ご(?=氏名)|を?入力.*|고객님?의?|귀하의|회원|신청자|참가자|ของคุณ|ของท่าน|ลูกค้า|ผู้ติดต่อ/gu;

/** Each title is looked at for many things. More than there are in the first rows of a file: a few megabytes at most. */
const KEPT = 2_500;
const plainTitles = new QuickLRU<string, string>({ maxSize: KEPT });

/** Remembers what was found out of a title, as several columns and rows ask for it again. */
function remembered<Found>(find: (plain: string) => Found): (plain: string) => Found {
  const known = new QuickLRU<string, { found: Found }>({ maxSize: KEPT });
  return (plain) => {
    const kept = known.get(plain) ?? { found: find(plain) };
    known.set(plain, kept);
    return kept.found;
  };
}

/** Column titles as people write them, brought to one form: words without accents, case and punctuation. */
export function plainTitle(title: string): string {
  const shown = title.slice(0, MAX_TITLE);
  const known = plainTitles.get(shown);
  if (known !== undefined) return known;
  const plain = plainForm(shown);
  plainTitles.set(shown, plain);
  return plain;
}

function plainForm(title: string): string {
  return title
    .replace(/(\p{Ll})(?=\p{Lu})|(\p{L})(?=\d)/gu, '$1$2 ')
    .replace(APOSTROPHE, '')
    .normalize('NFKD')
    .replace(ACCENTS, '')
    .normalize('NFC')
    .toLowerCase()
    .replace(REWRITTEN, (letter) => WRITTEN_AS[letter] ?? letter)
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .replace(/\bwhat ?s app/g, 'whatsapp')
    .trim();
}

/** What a column of numbers holds, the most telling first. */
export const phoneKinds = ['whatsapp', 'mobile', 'phone', 'landline', 'vague', 'other', 'question'] as const;
export type PhoneKind = (typeof phoneKinds)[number];

const WHATSAPP = pattern(phones.WHATSAPP_WORDS);
const MOBILE = pattern(phones.MOBILE_WORDS);
const PHONE = pattern(phones.PHONE_WORDS);
const LANDLINE = pattern(phones.LANDLINE_WORDS);
const VAGUE = pattern(phones.VAGUE_WORDS);
const NOT_A_NUMBER = pattern(phones.NOT_A_NUMBER_WORDS);
const QUESTION = pattern(phones.QUESTION_WORDS);
const WITH = pattern([phones.WITH_WORDS]);
/** Words around a number or a name that say nothing about which one it is. */
export const FILLER = pattern(phones.FILLER_WORDS);
const ONE_OF_SEVERAL = pattern(phones.ONE_OF_SEVERAL_WORDS);
const OTHER_PERSON = pattern(phones.OTHER_PERSON_WORDS);
const INSTITUTION = pattern(phones.INSTITUTION_WORDS);
const OWN_LANDLINE = pattern(phones.OWN_LANDLINE_WORDS);
const IDENTIFIER = /(?<![^ ])(?:id|ids|uid|uuid)(?![^ ])/u;

/** What kind of number a column of this title holds; undefined when it holds none. */
export function phoneKind(title: string): PhoneKind | undefined {
  const plain = plainTitle(title);
  const kind = kindOfWords(plain);
  if (kind !== 'whatsapp' && IDENTIFIER.test(plain)) return undefined;
  if (kind === undefined) return isOnly(plain, VAGUE) ? 'vague' : undefined;
  const described = whatIsAsked(title);
  if (NOT_A_NUMBER.test(described)) return undefined;
  return QUESTION.test(described) ? 'question' : kind;
}

const kindOfWords = remembered((plain): PhoneKind | undefined => {
  const isNumber = WHATSAPP.test(plain) || MOBILE.test(plain) || PHONE.test(plain);
  if (!isNumber) return undefined;
  // The number of a seller or of a spouse is worse than any number of the person.
  if (OTHER_PERSON.test(plain)) return 'other';
  // The firm's reaches nobody in particular, as its telephone does.
  if (INSTITUTION.test(plain)) return 'landline';
  if (WHATSAPP.test(plain)) return 'whatsapp';
  if (MOBILE.test(plain)) return 'mobile';
  return LANDLINE.test(plain) ? 'landline' : 'phone';
});

/** A title without how the answer is to be written: `WhatsApp (com DDD)`, `Mobile with country code`, `DDD + Celular`. */
function whatIsAsked(title: string): string {
  const plain = plainTitle(withoutBrackets(title));
  const end = plain.search(WITH);
  const asked = end > 0 ? plain.slice(0, end) : plain;
  return /[+/&]/.test(title) ? asked.replace(/\bdd[di]\b/g, '') : asked;
}

/** True for a title that says nothing else: it goes before others of its kind. */
export function isPlainPhoneTitle(title: string): boolean {
  const rest = [WHATSAPP, MOBILE, PHONE].reduce((plain, words) => without(plain, words), plainTitle(title));
  return isOnly(rest, VAGUE) || rest === '';
}

/**
 * True where all of a title is understood and none of it speaks of another person: `Mobile Phone Number 2`,
 * `Celular (com DDD) *`, not `Telefone da mãe`.
 */
export function isOwnNumberTitle(title: string): boolean {
  return isUnderstood(title, [WHATSAPP, MOBILE, PHONE, VAGUE, FILLER, ONE_OF_SEVERAL]);
}

/** The same of a phone at home or at work: `Home Phone`, `Person - Phone - Work`; not `Company Main Phone`. */
export function isOwnLandlineTitle(title: string): boolean {
  return isUnderstood(title, [WHATSAPP, MOBILE, PHONE, OWN_LANDLINE, VAGUE, FILLER, ONE_OF_SEVERAL]);
}

function isUnderstood(title: string, words: readonly RegExp[]): boolean {
  const plain = plainTitle(title);
  const end = plain.search(WITH);
  const asked = end > 0 ? plain.slice(0, end) : plain;
  const rest = words.reduce(without, asked);
  return rest.replace(UNSPACED_FILLER, '').replace(/[\d\sおご御の号號]/g, '') === '';
}

/** A title without the words for a phone, and those that say nothing: what else it says. */
export const withoutPhoneWords = remembered((plain) =>
  [WHATSAPP, MOBILE, PHONE, FILLER].reduce(without, plain),
);

/** What an address book says of a number beside it, such as `Home` or `* Mobile`. */
export function labelKind(label: string): PhoneKind | 'fax' | undefined {
  const plain = plainTitle(label);
  if (WHATSAPP.test(plain)) return 'whatsapp';
  if (MOBILE.test(plain) || plain === 'i phone') return 'mobile';
  if (NOT_A_NUMBER.test(plain)) return 'fax';
  return LANDLINE.test(plain) ? 'landline' : undefined;
}

export function withoutBrackets(title: string): string {
  return title.slice(0, MAX_TITLE).replace(BRACKETS, ' ');
}

const TAGS = new Set(wordsOf(TAG_WORDS).map(plainTitle));

export function isTagTitle(title: string): boolean {
  return TAGS.has(plainTitle(title));
}

function isOnly(plain: string, words: RegExp): boolean {
  return words.test(plain) && without(without(plain, words), FILLER) === '';
}

/** The same expressions for all places of a text, which are costly to make. */
const everywhere = new WeakMap<RegExp, RegExp>();

export function without(plain: string, words: RegExp): string {
  const all = everywhere.get(words) ?? new RegExp(words, 'gu');
  everywhere.set(words, all);
  return plain.replace(all, ' ').replace(/ +/g, ' ').trim();
}

export function wordsOf(lists: readonly string[]): string[] {
  return lists.flatMap((list) => list.split(';'));
}

/** Finds one of the words in a plain title: as words of it, or anywhere in a script without blanks. */
export function pattern(lists: readonly string[]): RegExp {
  const spaced: string[] = [];
  const unspaced: string[] = [];
  for (const word of wordsOf(lists)) {
    const written = word.trim().split('*').map(plainTitle).join('\\S*');
    (UNSPACED.test(word) ? unspaced : spaced).push(written);
  }
  const inside = unspaced.length > 0 ? `|${unspaced.join('|')}` : '';
  return new RegExp(`(?<![^ ])(?:${spaced.join('|')})(?![^ ])${inside}`, 'u');
}
