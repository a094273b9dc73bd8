import {
  FILLER,
  pattern,
  plainTitle,
  UNSPACED,
  UNSPACED_FILLER,
  without,
  withoutBrackets,
  wordsOf,
} from './titles.js';
import { parseBoolean } from './truth.js';
import * as names from './words/name-words.js';

export type NameRole = 'fullName' | 'name' | 'firstName' | 'middleName' | 'lastName';

const ROLES = new Map<string, NameRole>(
  (
    [
      ['lastName', names.LAST_NAME_WORDS],
      ['middleName', names.MIDDLE_NAME_WORDS],
      ['firstName', names.FIRST_NAME_WORDS],
      ['name', names.NAME_WORDS],
      ['fullName', names.FULL_NAME_WORDS],
    ] as const
  ).flatMap(([role, lists]) => wordsOf(lists).map((word): [string, NameRole] => [plainTitle(word), role])),
);
const PERSON = pattern(names.PERSON_WORDS);
const PERSONS = new Set(wordsOf(names.PERSON_WORDS).map(plainTitle));
/** What follows both forms of a noun: `Aluno/a`. */
const OTHER_FORM = / (?:a|o|e|as|os|in|innen)$/;

/** What part of a person's name a column of this title holds: `Nome`, `Qual é o seu nome?`, `Name (as in passport)`. */
export function nameRole(title: string): NameRole | undefined {
  const plain = plainTitle(title);
  const asked = plainTitle(withoutBrackets(title));
  return (
    ROLES.get(plain) ??
    ROLES.get(asked) ??
    ROLES.get(without(asked, FILLER)) ??
    ROLES.get(without(asked, PERSON)) ??
    ROLES.get(without(without(asked, PERSON), FILLER)) ??
    (UNSPACED.test(asked) ? ROLES.get(asked.replace(UNSPACED_FILLER, '').trim()) : undefined)
  );
}

/** True for a usual title of a name; `User name` becomes one only without its first word, and may be a login. */
export function isUsualNameTitle(title: string): boolean {
  return ROLES.has(plainTitle(title)) || ROLES.has(plainTitle(withoutBrackets(title)));
}

/** What a person is to the one who keeps the file, which may head their names: `Aluno(a)`, `Guest`, `Paciente`. */
export function isPersonTitle(title: string): boolean {
  const plain = plainTitle(withoutBrackets(title));
  return PERSONS.has(plain) || PERSONS.has(plain.replace(OTHER_FORM, ''));
}

/** True where the cells below a title could be names, or there are none: not numbers, and no yes and no. */
export function mayBeNames(cells: readonly string[]): boolean {
  const filled = cells.filter((cell) => cell.trim() !== '');
  return (
    filled.length === 0 || filled.some((cell) => /\p{L}{2}/u.test(cell) && parseBoolean(cell) === undefined)
  );
}
