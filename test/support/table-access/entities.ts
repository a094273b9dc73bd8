import ts from 'typescript';
import type { Access } from './sql.js';

/** Finds what is read and written through TypeORM: calls that are given the class of an entity, or a row of one. */

const WRITES = new Set(
  'insert update upsert save delete remove softDelete softRemove restore recover increment decrement clear into'.split(
    ' ',
  ),
);
const READS =
  /^(find|count|exist|sum$|average$|minimum$|maximum$|createQueryBuilder$|from$|inner|left|getRepository$|query)/;
/** Methods that go on to others: what is called on their result says what is done. */
const OPENS = new Set(['getRepository', 'createQueryBuilder']);
/** Methods that take rows. */
const TAKES_ROWS = new Set(['save', 'remove', 'softRemove', 'recover', 'insert', 'upsert']);

export interface EntityUse {
  table: string;
  access: Access;
  node: ts.Node;
}

export class Entities {
  private readonly tables = new Map<ts.Symbol, string>();
  /** Table -> the file that declares it. */
  readonly declared = new Map<string, string>();

  constructor(
    private readonly checker: ts.TypeChecker,
    sources: readonly ts.SourceFile[],
  ) {
    for (const source of sources) for (const statement of source.statements) this.addTable(statement);
  }

  private addTable(statement: ts.Statement): void {
    if (!ts.isClassDeclaration(statement) || !statement.name) return;
    for (const { expression } of ts.getDecorators(statement) ?? []) {
      if (!ts.isCallExpression(expression) || expression.expression.getText() !== 'Entity') continue;
      const [name] = expression.arguments;
      const symbol = this.checker.getSymbolAtLocation(statement.name);
      if (!symbol || !name || !ts.isStringLiteralLike(name)) {
        throw new Error(`${statement.name.text}: the table of an entity has to be named by a text`);
      }
      this.tables.set(symbol, name.text);
      this.declared.set(name.text, statement.getSourceFile().fileName);
    }
  }

  useOf(node: ts.Node): EntityUse | undefined {
    if (ts.isCallExpression(node)) return this.useOfCall(node);
    return ts.isPropertyAssignment(node) ? this.useOfLibrary(node) : undefined;
  }

  /** A library that is given `tableName` writes that table. */
  private useOfLibrary({ name, initializer }: ts.PropertyAssignment): EntityUse | undefined {
    if (name.getText() !== 'tableName') return undefined;
    const table = this.tableNamed(initializer);
    return table === undefined ? undefined : { table, access: 'write', node: initializer };
  }

  /** What a call does to the table of an entity it is given. */
  private useOfCall(call: ts.CallExpression): EntityUse | undefined {
    const { expression: callee } = call;
    const [given] = call.arguments;
    if (!ts.isPropertyAccessExpression(callee) || !given) return undefined;
    const method = callee.name.text;
    if (!WRITES.has(method) && !READS.test(method)) return undefined;
    const table = this.tableNamed(given) ?? (TAKES_ROWS.has(method) ? this.tableOfRow(given) : undefined);
    if (table === undefined) return undefined;
    const access = OPENS.has(method) ? accessOfChain(call) : WRITES.has(method) ? 'write' : 'read';
    return { table, access, node: given };
  }

  private tableNamed(given: ts.Expression): string | undefined {
    if (ts.isStringLiteralLike(given)) return this.declared.has(given.text) ? given.text : undefined;
    if (!ts.isIdentifier(given)) return undefined;
    const symbol = this.checker.getSymbolAtLocation(given);
    const isImport = symbol && symbol.flags & ts.SymbolFlags.Alias;
    const named = isImport ? this.checker.getAliasedSymbol(symbol) : symbol;
    return named && this.tables.get(named);
  }

  private tableOfRow(given: ts.Expression): string | undefined {
    const type = this.checker.getTypeAtLocation(given);
    const row = this.checker.isArrayType(type)
      ? this.checker.getTypeArguments(type as ts.TypeReference)[0]
      : type;
    const symbol = row?.getSymbol();
    return symbol && this.tables.get(symbol);
  }
}

/** `getRepository(X).find()` reads, `createQueryBuilder().update()` writes; what is kept for later may write. */
function accessOfChain(call: ts.CallExpression): Access {
  let methods = 0;
  let current: ts.Node = call;
  while (ts.isPropertyAccessExpression(current.parent) && ts.isCallExpression(current.parent.parent)) {
    if (WRITES.has(current.parent.name.text)) return 'write';
    methods += 1;
    current = current.parent.parent;
  }
  const isBuilder = call.expression.getText().endsWith('createQueryBuilder');
  return methods > 0 || isBuilder ? 'read' : 'write';
}
