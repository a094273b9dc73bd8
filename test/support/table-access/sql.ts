/** Finds in a text of SQL which tables it names, and whether it reads or writes them. */

/** Stands in a text for a value that is not known before the program runs. */
export const HOLE = '\uFFFC';

export type Access = 'read' | 'write';

export interface Scan {
  /** `at` is where in the text the table is named. */
  tables: { table: string; access: Access; at: number }[];
  /** Places where a table has to stand, but its name is known only when the program runs. */
  unknown: number[];
  /** Common table expressions that have the name of a table: a reader could not tell them apart. */
  shadows: { table: string; at: number }[];
}

interface Token {
  text: string;
  /** Upper case if it may be a keyword here, else empty. */
  keyword: string;
  /** What it is called if it is a name, else empty. */
  name: string;
  at: number;
}

interface Level {
  /** Inside a list of tables: what follows a comma is a table. */
  listing: boolean;
  /** The word before the parenthesis that opened this level. */
  opener: string;
}

const TOKEN =
  /--[^\n]*|\/\*[\s\S]*?\*\/|\bE'(?:[^'\\]|''|\\[\s\S])*'|'(?:[^']|'')*'|\$([a-z_]\w*)?\$[\s\S]*?\$\1\$|"(?:[^"]|"")*"|[\p{L}_\uFFFC][\w$\uFFFC]*|\$\d+|[^\s]/giu;

/** FOR UPDATE, ON CONFLICT ... DO UPDATE, ON UPDATE CASCADE, AFTER INSERT OR UPDATE: no table follows. */
const NOT_AN_UPDATE = new Set(['FOR', 'KEY', 'ON', 'DO', 'OR', 'BEFORE', 'AFTER']);

/** In extract(epoch FROM x) and its like no table follows. */
const TAKES_FROM = new Set(['EXTRACT', 'SUBSTRING', 'TRIM', 'OVERLAY', 'POSITION']);

const ENDS_LIST = new Set(
  'SELECT WHERE GROUP HAVING WINDOW ORDER LIMIT OFFSET FETCH FOR UNION INTERSECT EXCEPT RETURNING SET VALUES'.split(
    ' ',
  ),
);

const BEFORE_A_NAME = new Set(['ONLY', 'LATERAL', 'TABLE', 'IF', 'EXISTS']);

/**
 * `anyCase`: keywords count in lower case too. Only for texts that are certainly SQL: elsewhere, "update contacts" is a
 * sentence.
 */
export function scanSql(text: string, known: ReadonlySet<string>, { anyCase }: { anyCase: boolean }): Scan {
  const tokens = tokenize(text, anyCase);
  const found: Scan = { tables: [], unknown: [], shadows: shadows(tokens, known) };
  const levels: Level[] = [{ listing: false, opener: '' }];

  const nameAt = (from: number, access: Access) => {
    let index = from;
    while (BEFORE_A_NAME.has(tokens[index]?.keyword ?? '')) index += 1;
    if (tokens[index + 1]?.text === '.' && tokens[index]?.name) index += 2;
    const token = tokens[index];
    if (!token?.name) return;
    const isCall = tokens[index + 1]?.text === '(' && access === 'read';
    if (isCall) return;
    if (token.name.includes(HOLE)) found.unknown.push(token.at + token.text.indexOf(HOLE));
    else if (known.has(token.name)) found.tables.push({ table: token.name, access, at: token.at });
  };

  tokens.forEach((token, index) => {
    const level = levels.at(-1)!;
    const before = tokens[index - 1]?.keyword ?? '';
    const list = (access: Access) => {
      level.listing = true;
      nameAt(index + 1, access);
    };
    if (token.text === '(') {
      const isTables = level.listing && startsTable(tokens[index - 1]);
      levels.push({ listing: isTables, opener: tokens[index - 1]?.name.toUpperCase() ?? '' });
      if (isTables) nameAt(index + 1, 'read');
    } else if (token.text === ')') {
      if (levels.length > 1) levels.pop();
    } else if (token.text === ',') {
      if (level.listing) nameAt(index + 1, 'read');
    } else if (ENDS_LIST.has(token.keyword)) {
      level.listing = false;
    } else if (token.keyword === 'FROM') {
      if (before === 'DELETE') nameAt(index + 1, 'write');
      else if (before !== 'DISTINCT' && !TAKES_FROM.has(level.opener)) list('read');
    } else if (token.keyword === 'JOIN' || token.keyword === 'USING') {
      if (tokens[index + 1]?.text !== '(' || token.keyword === 'JOIN') list('read');
    } else if (token.keyword === 'INTO') {
      if (before === 'INSERT' || before === 'MERGE') nameAt(index + 1, 'write');
    } else if (token.keyword === 'UPDATE') {
      if (!NOT_AN_UPDATE.has(before)) nameAt(index + 1, 'write');
    } else if (token.keyword === 'TRUNCATE' || token.keyword === 'LOCK') {
      for (const name of listed(tokens, index + 1)) nameAt(name, 'write');
    } else if (token.keyword === 'TABLE') {
      if (before === 'ALTER' || before === 'DROP') nameAt(index + 1, 'write');
    } else if (token.keyword === 'ANALYZE') {
      nameAt(index + 1, 'read');
    } else if (token.keyword === 'COPY') {
      nameAt(index + 1, direction(tokens, index + 1));
    }
  });
  return found;
}

function tokenize(text: string, anyCase: boolean): Token[] {
  const tokens: Token[] = [];
  for (const { 0: found, index: at } of text.matchAll(TOKEN)) {
    if (found.startsWith('--') || found.startsWith('/*')) continue;
    const isWord = /^[\p{L}_\uFFFC]/u.test(found) && !found.endsWith("'");
    const isQuoted = found.startsWith('"') && found.length > 1;
    const upper = found.toUpperCase();
    const keyword = isWord && (anyCase || found === upper) ? upper : '';
    const name = isWord ? found.toLowerCase() : isQuoted ? found.slice(1, -1) : '';
    tokens.push({ text: found, keyword, name, at });
  }
  return tokens;
}

/** A parenthesis after these words holds tables, or a statement of its own. */
function startsTable(before: Token | undefined): boolean {
  return before?.text === ',' || ['FROM', 'JOIN', 'USING', 'LATERAL', 'ONLY'].includes(before?.keyword ?? '');
}

/** The places of `a, b, c`. */
function listed(tokens: readonly Token[], from: number): number[] {
  const places = [from];
  for (let index = from; index < tokens.length; index += 1) {
    const { text, keyword, name } = tokens[index]!;
    if (text === ',') places.push(index + 1);
    else if (!name || ['IN', 'WHERE', 'RESTART', 'CASCADE'].includes(keyword)) break;
  }
  return places;
}

/** COPY contacts (id, name) TO STDOUT reads, everything else writes. */
function direction(tokens: readonly Token[], from: number): Access {
  const word = tokens.slice(from).find(({ keyword }) => keyword === 'FROM' || keyword === 'TO');
  return word?.keyword === 'TO' ? 'read' : 'write';
}

/** `WITH contacts AS (...)`, also with columns, also behind a comma. */
function shadows(tokens: readonly Token[], known: ReadonlySet<string>): Scan['shadows'] {
  return tokens.flatMap((token, index) => {
    if (!known.has(token.name)) return [];
    const before = tokens[index - 1];
    if (!['WITH', 'RECURSIVE'].includes(before?.keyword ?? '') && before?.text !== ',') return [];
    let next = index + 1;
    if (tokens[next]?.text === '(') while (next < tokens.length && tokens[next]?.text !== ')') next += 1;
    if (tokens[next]?.text === ')') next += 1;
    if (tokens[next]?.keyword !== 'AS') return [];
    next += 1;
    while (['NOT', 'MATERIALIZED'].includes(tokens[next]?.keyword ?? '')) next += 1;
    return tokens[next]?.text === '(' ? [{ table: token.name, at: token.at }] : [];
  });
}
