import { foldedWord } from '../../../lib/folded-word.js';

/** What a word does when it is all that a message says. */
export const wordKinds = ['opt_out', 'opt_in'] as const;
export type WordKind = (typeof wordKinds)[number];

/** What a tenant has changed of the words that are built in, as its settings hold them. */
export interface WordChanges {
  added: string[];
  removed: string[];
}
export type TenantWords = Record<WordKind, WordChanges>;

export const NO_CHANGES: TenantWords = {
  opt_out: { added: [], removed: [] },
  opt_in: { added: [], removed: [] },
};

interface BuiltInWords {
  /** In every tenant, whatever it removes. The English ones are those of the carriers' rules in the USA (CTIA, FCC). */
  always: readonly string[];
  /** Active until a tenant removes them, by language; `en` is what is not in the first row. */
  byLanguage: Readonly<Record<string, readonly string[]>>;
}

export const builtInWords: Readonly<Record<WordKind, BuiltInWords>> = {
  opt_out: {
    always: words('stop, stopall, quit, end, revoke, opt out, optout, cancel, unsubscribe'),
    byLanguage: {
      en: words('remove me'),
      pt: words('sair, parar, pare, cancelar, remover, descadastrar'),
      es: words('baja, salir, cancelar, parar, detener, alto'),
      fr: words('arrêt, arrêter, stop, désabonner, désinscrire'),
      de: words('stopp, abmelden, abbestellen'),
      it: words('basta, cancella, disiscrivimi, annulla'),
      id: words('berhenti, stop, batal, keluar'),
      ru: words('стоп, отписаться, отписка'),
      tr: words('dur, iptal, ret'),
      he: words('הסר, עצור'),
      ar: words('توقف, إلغاء, الغاء'),
      hi: words('बंद, रोकें'),
      zh: words('退订, 取消订阅, 停止, 退訂, 取消訂閱'),
      ja: words('停止, 配信停止'),
      ko: words('수신거부, 중지'),
      nl: words('stoppen'),
      sv: words('avsluta'),
      da: words('afmeld'),
      no: words('avmeld'),
    },
  },
  opt_in: {
    always: words('start, unstop, opt in, optin, subscribe'),
    byLanguage: { pt: words('voltar'), es: words('alta'), de: words('anmelden') },
  },
};

const ALWAYS = { opt_out: folded('opt_out', 'always'), opt_in: folded('opt_in', 'always') };
const REMOVABLE = { opt_out: folded('opt_out', 'removable'), opt_in: folded('opt_in', 'removable') };

export function isAlways(kind: WordKind, word: string): boolean {
  return ALWAYS[kind].has(foldedWord(word));
}

export function isBuiltIn(kind: WordKind, word: string): boolean {
  return isAlways(kind, word) || REMOVABLE[kind].has(foldedWord(word));
}

/** Whether a word, in whatever form, is one of that kind for a tenant with these changes. */
export function isActive(kind: WordKind, word: string, { added, removed }: WordChanges): boolean {
  const form = foldedWord(word);
  if (form === '') return false;
  const among = (list: readonly string[]) => list.some((other) => foldedWord(other) === form);
  return ALWAYS[kind].has(form) || (REMOVABLE[kind].has(form) && !among(removed)) || among(added);
}

/** What a tenant's word means; an opt-out where it would be both. */
export function meaningOf(word: string, changes: TenantWords): WordKind | undefined {
  return wordKinds.find((kind) => isActive(kind, word, changes[kind]));
}

function words(list: string): string[] {
  return list.split(', ');
}

function folded(kind: WordKind, which: 'always' | 'removable'): ReadonlySet<string> {
  const { always, byLanguage } = builtInWords[kind];
  return new Set((which === 'always' ? always : Object.values(byLanguage).flat()).map(foldedWord));
}
