import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { foldedWord } from '../../src/lib/folded-word.js';
import { keywordOf } from '../../src/modules/inbound/core/keywords.js';
import {
  builtInWords,
  isAlways,
  NO_CHANGES,
  wordKinds,
  type WordKind,
} from '../../src/modules/tenants/core/consent-words.js';

const meaning = (text: string) => keywordOf(text, NO_CHANGES);

/** The words that were asked for, one by one: a word that gets lost from the list is a person who is not heard. */
const wanted = `stop stopall quit end revoke opt_out optout cancel unsubscribe
  sair parar pare cancelar remover descadastrar baja salir cancelar parar detener alto
  arret arreter stop desabonner desinscrire stopp abmelden abbestellen basta cancella disiscrivimi annulla
  berhenti stop batal keluar стоп отписаться отписка dur iptal ret הסר עצור توقف إلغاء الغاء बंद रोकें
  退订 取消订阅 停止 停止 配信停止 수신거부 중지`
  .split(/\s+/)
  .map((word) => word.replace('_', ' '));

const all = wordKinds.flatMap((kind) => {
  const { always, byLanguage } = builtInWords[kind];
  return [...always, ...Object.values(byLanguage).flat()].map((word): [WordKind, string] => [kind, word]);
});

/** Ways in which phones and people write a word. */
const forms: [name: string, write: (word: string) => string][] = [
  ['as it is', (word) => word],
  ['in capitals', (word) => word.toUpperCase()],
  ['in capitals of Turkish', (word) => word.toLocaleUpperCase('tr')],
  ['in small letters of Turkish', (word) => word.toUpperCase().toLocaleLowerCase('tr')],
  ['begun with a capital', (word) => word.charAt(0).toUpperCase() + word.slice(1)],
  ['composed', (word) => word.normalize('NFC')],
  ['taken apart', (word) => word.normalize('NFD')],
  ['in wide letters', wide],
  ['in bold letters', (word) => bold(word)],
  ['with a stop', (word) => `${word}.`],
  ['called out', (word) => ` ¡${word}!!! `],
  ['in quotes', (word) => `«${word}»`],
  ['in bold of WhatsApp', (word) => `*_${word}_*`],
  ['with an emoji', (word) => `${word} 🛑`],
  ['between emoji of several characters', (word) => `👩🏽‍💻${word}❤️🇧🇷 1️⃣ ™️`],
  ['with blanks and lines', (word) => `\u00A0\n${word}\u3000\t\n`],
  ['with invisible characters', (word) => `\u200F${word.split('').join('\u200B')}\u2060\uFEFF`],
  ['letter by letter', (word) => Array.from(word.normalize('NFC')).join('.')],
  ['with punctuation of other scripts', (word) => `${word}。！؟।`],
];

function wide(word: string): string {
  return word.replaceAll(/[!-~]/g, (letter) => String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0));
}

function bold(word: string): string {
  return word.replaceAll(/[a-z]/g, (letter) =>
    String.fromCodePoint((letter.codePointAt(0) ?? 0) - 97 + 0x1d41a),
  );
}

describe('words that opt out and in', () => {
  it('are all there', () => {
    expect(wanted.filter((word) => meaning(word) !== 'opt_out')).toEqual([]);
    for (const word of wanted.slice(0, 9)) expect([word, isAlways('opt_out', word)]).toEqual([word, true]);
    expect(isAlways('opt_in', 'start')).toBe(true);
  });

  it.each(forms)('are heard when they are written %s', (_, write) => {
    const lost = all.filter(([kind, word]) => meaning(write(word)) !== kind);
    expect(lost).toEqual([]);
  });

  it.each([
    ['Arrêt', 'Desabonner', 'DÉSINSCRIRE', 'Arrêter', 'árret'],
    ['İPTAL', 'ıptal', 'IPTAL', 'i̇ptal'],
    ['STOPP', 'ſtopp', 'Stópp'],
    ['الغاء', 'إلغاء', 'ألغاء', 'إِلْغَاء', 'إلغــــاء', 'تَوَقَّف', 'الغا'],
    ['הָסֵר', 'הסר!', 'עֲצוֹר'],
    ['बन्द', 'बंद', 'बँद', 'बंद।', 'रोकें', 'रोकेँ', 'रोके'],
    ['수신 거부', '수신거부', '\u1109\u116E\u1109\u1175\u11AB\u1100\u1165\u1107\u116E', '중지'],
    ['ＳＴＯＰ', 'ｓｔｏｐ', '🅂🅃🄾🄿', 'ⓢⓣⓞⓟ'],
    ['退訂', '取消訂閱', '停止。', '配信停止。'],
    ['S.T.O.P', 's t o p', 'Opt-Out', 'opt_out', 'STOP ALL', 'stop\u0000'],
    ['Стоп!', 'СТОП', 'отпи́ска'],
    [`stop${'!'.repeat(500)}`, `${'🙏'.repeat(100)} stop`],
  ])('%s and its like opt out', (...texts) => {
    expect(texts.filter((text) => meaning(text) !== 'opt_out')).toEqual([]);
  });

  it.each([
    ["don't stop", 'stop by tomorrow?', 'the end', 'please cancel my order', 'stop1', 'nonstop', 'retour'],
    ['', '   ', '👍', '🛑', '...', '\u0000', '\uD83D', 'x'.repeat(5_000), `stop ${'a'.repeat(5_000)}`],
    // Without their vowels these would be one of the words.
    ['बाद', 'बूंद', 'रोकना', 'रक', 'बाँध', 'बिंदु'],
    ['иптал', 'стопка', 'إلغائي', 'توقفت', '停', '退', '중', 'スト'],
  ])('%s and its like are just messages', (...texts) => {
    expect(texts.filter((text) => meaning(text) !== undefined)).toEqual([]);
  });

  it('have one form, however often it is taken', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        expect(foldedWord(foldedWord(text))).toBe(foldedWord(text));
      }),
      { numRuns: 2_000 },
    );
  });

  it('the longest text is none, and is not looked at for ever', () => {
    for (const unit of ['\uFDFA', 'e\u0301', '👩🏽‍💻', 'न्', 'ß', 'İ', '\u0301']) {
      const text = unit.repeat(Math.floor(4_096 / unit.length));
      expect(meaning(text)).toBeUndefined();
    }
  });
});

describe('the words of a tenant', () => {
  const words = {
    opt_out: { added: ['Chega!', 'não quero', '1'], removed: ['alto', 'Arrêt'] },
    opt_in: { added: ['quero'], removed: ['voltar'] },
  };

  it.each([
    ['CHEGA', 'opt_out'],
    ['nao quero 🙏', 'opt_out'],
    ['1', 'opt_out'],
    ['alto', undefined],
    ['arrêt', undefined],
    ['arreter', 'opt_out'],
    ['stop', 'opt_out'],
    ['Quero', 'opt_in'],
    ['voltar', undefined],
    ['start', 'opt_in'],
  ])('%s is %s', (text, expected) => {
    expect(keywordOf(text, words)).toBe(expected);
  });

  it('never go without the first row', () => {
    const without = { added: [], removed: builtInWords.opt_out.always.map(String) };
    for (const word of builtInWords.opt_out.always) {
      expect(keywordOf(word, { ...NO_CHANGES, opt_out: without })).toBe('opt_out');
    }
  });

  it('that are built in stand in the documentation, each in the row of its language', () => {
    const page = readFileSync('docs/opt-out-words.md', 'utf8');
    const rows = page.split('\n').filter((line) => line.startsWith('| '));
    for (const kind of wordKinds) {
      const { always, byLanguage } = builtInWords[kind];
      for (const [language, listed] of Object.entries({ always, ...byLanguage })) {
        const row = rows.find(
          (line) => listed.every((word) => line.includes(`\`${word}\``)) && line.includes(language),
        );
        expect([kind, language, row]).toEqual([kind, language, expect.any(String)]);
      }
    }
  });
});
