import path from 'node:path';
import ts from 'typescript';
import { Entities } from './entities.js';
import { type Access, scanSql } from './sql.js';
import { placeOf, type Text, textOf, Texts } from './texts.js';

/** A table that is named somewhere in the source. */
export interface TableUse {
  /** From the root of the repository. */
  file: string;
  line: number;
  table: string;
  access: Access;
}

export interface Analysis {
  uses: TableUse[];
  /** Table -> the file with its entity. */
  declared: Map<string, string>;
  /** What the analysis cannot see through, as `file:line: why`; has to be written so that it can. */
  unclear: string[];
}

/** These methods take SQL: in what they are given, keywords count in lower case too. */
const TAKES_SQL = new Set(['query', 'where', 'andWhere', 'orWhere', 'having', 'select', 'addSelect']);
const MAY_NAME_A_TABLE = /\b(FROM|JOIN|INTO|UPDATE|USING|TABLE|TRUNCATE|LOCK|COPY|ANALYZE|WITH)\b/;

/**
 * Every table that the source files below `folder` read or write: in SQL, wherever its text stands, and through TypeORM.
 * A table counts for the file in which its name stands: what another module offers as a piece of SQL is that module's.
 * `others` are tables without an entity.
 */
export function analyse(program: ts.Program, folder: string, others: readonly string[] = []): Analysis {
  const checker = program.getTypeChecker();
  const root = program.getCurrentDirectory();
  const relative = (file: string) => path.relative(root, file).split(path.sep).join('/');
  const sources = program
    .getSourceFiles()
    .filter(({ fileName }) => relative(fileName).startsWith(`${folder}/`));
  const entities = new Entities(checker, sources);
  const texts = new Texts(checker, sources);
  const known = new Set([...entities.declared.keys(), ...others]);
  const uses = new Map<string, TableUse>();
  const unclear = new Set<string>();

  const where = ({ node, below }: { node: ts.Node; below: number }) => {
    const source = node.getSourceFile();
    const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
    return { file: relative(source.fileName), line: line + below + 1 };
  };
  const use = (at: { node: ts.Node; below: number }, table: string, access: Access) => {
    const place = where(at);
    uses.set(`${place.file} ${place.line} ${table} ${access}`, { ...place, table, access });
  };
  const scan = (text: Text, anyCase: boolean) => {
    const whole = textOf(text);
    if (!anyCase && !MAY_NAME_A_TABLE.test(whole)) return;
    const found = scanSql(whole, known, { anyCase });
    for (const { table, access, at } of found.tables) use(placeOf(text, at), table, access);
    for (const at of found.unknown) {
      const place = placeOf(text, at);
      const { file, line } = where(place);
      unclear.add(`${file}:${line}: which table is "${place.node.getText()}"?`);
    }
    for (const { table, at } of found.shadows) {
      const { file, line } = where(placeOf(text, at));
      unclear.add(
        `${file}:${line}: "${table}" is a table; the common table expression needs a name of its own`,
      );
    }
  };
  const visit = (node: ts.Node): void => {
    if (isText(node)) for (const text of texts.of(node)) scan(text, false);
    const entity = entities.useOf(node);
    if (entity) use({ node: entity.node, below: 0 }, entity.table, entity.access);
    if (ts.isCallExpression(node) && TAKES_SQL.has(methodOf(node))) {
      const [given] = node.arguments;
      for (const text of given ? texts.of(given) : []) scan(text, true);
    }
    ts.forEachChild(node, visit);
  };
  for (const source of sources) visit(source);
  const declared = new Map([...entities.declared].map(([table, file]) => [table, relative(file)]));
  return { uses: [...uses.values()].toSorted(byPlace), declared, unclear: [...unclear] };
}

function byPlace(a: TableUse, b: TableUse): number {
  return a.file.localeCompare(b.file) || a.line - b.line;
}

function isText(node: ts.Node): node is ts.Expression {
  if (ts.isTemplateExpression(node)) return true;
  if (ts.isStringLiteralLike(node))
    return !ts.isImportDeclaration(node.parent) && !ts.isExportDeclaration(node.parent);
  return ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken;
}

function methodOf(call: ts.CallExpression): string {
  return ts.isPropertyAccessExpression(call.expression) ? call.expression.name.text : '';
}
