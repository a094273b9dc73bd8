import ts from 'typescript';
import { HOLE } from './sql.js';
import { arrayOf, assignedTo, functionOf, isWrapper, nameCalled } from './syntax.js';

/** A piece of a text and the place in the source where it stands. */
interface Piece {
  text: string;
  node: ts.Node;
}

/** A text put together from pieces of several places. */
export type Text = readonly Piece[];

/** More versions of one text than this are not told apart. */
const MAX_VERSIONS = 200;

export function textOf(text: Text): string {
  return text.map((piece) => piece.text).join('');
}

/** The piece of the source with the character at `at`, and how many lines below the beginning of the piece that is. */
export function placeOf(text: Text, at: number): { node: ts.Node; below: number } {
  let start = 0;
  for (const { text: own, node } of text) {
    if (at < start + own.length) return { node, below: own.slice(0, at - start).split('\n').length - 1 };
    start += own.length;
  }
  throw new RangeError(`the text has no character ${at}`);
}

/**
 * Works out which texts an expression can have, as far as the source says it: constants, templates, sums, choices, what
 * functions return, what parameters are given by their callers. What is not known becomes a hole. Of several values in
 * one template each occurs at least once, though not in every combination: who looks at words beside a value sees all.
 */
export class Texts {
  private readonly done = new Map<ts.Node, Text[]>();
  private callsByName?: Map<string, ts.CallExpression[]>;

  constructor(
    private readonly checker: ts.TypeChecker,
    private readonly sources: readonly ts.SourceFile[],
  ) {}

  of(node: ts.Expression): Text[] {
    const known = this.done.get(node);
    if (known) return known;
    // A value that is made from itself is not known.
    this.done.set(node, [hole(node)]);
    const found = this.evaluate(node) ?? this.ofType(node) ?? [hole(node)];
    const result = found.length > MAX_VERSIONS ? [hole(node)] : distinct(found);
    this.done.set(node, result);
    return result;
  }

  private evaluate(node: ts.Expression): Text[] | undefined {
    if (ts.isStringLiteralLike(node) || ts.isNumericLiteral(node)) return [[{ text: node.text, node }]];
    if (ts.isTemplateExpression(node)) {
      const parts: Text[][] = [[[{ text: node.head.text, node: node.head }]]];
      for (const { expression, literal } of node.templateSpans) {
        parts.push(this.of(expression), [[{ text: literal.text, node: literal }]]);
      }
      return together(parts);
    }
    if (ts.isBinaryExpression(node)) return this.ofOperator(node);
    if (ts.isConditionalExpression(node)) return [...this.of(node.whenTrue), ...this.of(node.whenFalse)];
    if (isWrapper(node)) return this.of(node.expression);
    if (ts.isIdentifier(node)) return this.ofDeclarations(this.symbolOf(node));
    if (ts.isPropertyAccessExpression(node)) return this.ofDeclarations(this.symbolOf(node.name));
    if (ts.isElementAccessExpression(node)) return this.ofEveryProperty(node.expression);
    if (ts.isCallExpression(node)) return this.ofCall(node);
    return undefined;
  }

  private ofOperator(node: ts.BinaryExpression): Text[] | undefined {
    const kind = node.operatorToken.kind;
    if (kind === ts.SyntaxKind.PlusToken) return together([this.of(node.left), this.of(node.right)]);
    if (kind === ts.SyntaxKind.BarBarToken || kind === ts.SyntaxKind.QuestionQuestionToken) {
      return [...this.of(node.left), ...this.of(node.right)];
    }
    return kind === ts.SyntaxKind.AmpersandAmpersandToken ? this.of(node.right) : undefined;
  }

  private ofCall(node: ts.CallExpression): Text[] | undefined {
    const { expression: callee } = node;
    if (ts.isPropertyAccessExpression(callee)) {
      if (callee.name.text === 'trim') return this.of(callee.expression);
      if (callee.name.text === 'join') return this.ofJoin(callee.expression, node.arguments[0]);
    }
    const declaration = this.symbolOf(nameCalled(node))?.declarations?.find((found) => functionOf(found));
    const called = declaration && functionOf(declaration);
    return called && this.ofReturned(called);
  }

  /** Elements of a list, between them what joins them. */
  private ofJoin(list: ts.Expression, separator: ts.Expression | undefined): Text[] | undefined {
    const array = arrayOf(list, (name) => this.symbolOf(name));
    if (array) {
      const between = separator ? this.of(separator) : [[{ text: ',', node: list }]];
      return together(
        array.elements.flatMap((element, index) =>
          index === 0 ? [this.of(element)] : [between, this.of(element)],
        ),
      );
    }
    const made = ts.isCallExpression(list) && list.arguments[0];
    return made && ts.isArrowFunction(made) ? this.ofReturned(made) : undefined;
  }

  private ofReturned(called: ts.FunctionLikeDeclaration): Text[] {
    const { body } = called;
    if (body && !ts.isBlock(body)) return this.of(body);
    const found: Text[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isReturnStatement(node) && node.expression) found.push(...this.of(node.expression));
      if (!ts.isFunctionLike(node)) ts.forEachChild(node, visit);
    };
    if (body) ts.forEachChild(body, visit);
    return found;
  }

  private ofDeclarations(symbol: ts.Symbol | undefined): Text[] | undefined {
    const found = symbol?.declarations?.map((declaration) => this.ofDeclaration(declaration, symbol));
    return found?.every((texts) => texts !== undefined) ? found.flat() : undefined;
  }

  private ofDeclaration(declaration: ts.Declaration, symbol: ts.Symbol): Text[] | undefined {
    if (ts.isPropertyAssignment(declaration)) return this.of(declaration.initializer);
    if (ts.isShorthandPropertyAssignment(declaration)) {
      return this.ofDeclarations(this.checker.getShorthandAssignmentValueSymbol(declaration));
    }
    if (ts.isGetAccessor(declaration)) return this.ofReturned(declaration);
    if (ts.isParameter(declaration)) return this.ofParameter(declaration);
    if (ts.isBindingElement(declaration)) return this.ofBinding(declaration);
    if (!ts.isVariableDeclaration(declaration) && !ts.isPropertyDeclaration(declaration)) return undefined;
    const assigned = assignedTo(declaration, (name) => this.symbolOf(name) === symbol);
    const values = declaration.initializer ? [declaration.initializer, ...assigned] : assigned;
    return values.length > 0 ? values.flatMap((value) => this.of(value)) : undefined;
  }

  /** What callers give, and what it is when they give nothing. */
  private ofParameter(parameter: ts.ParameterDeclaration): Text[] | undefined {
    const given = this.argumentsOf(parameter).map((argument) => this.of(argument));
    if (parameter.initializer) given.push(this.of(parameter.initializer));
    return given.length > 0 ? given.flat() : undefined;
  }

  /** `{ table }` of a parameter or of a variable: the property of the objects it is taken from. */
  private ofBinding(element: ts.BindingElement): Text[] | undefined {
    const owner = element.parent.parent;
    const name = (element.propertyName ?? element.name).getText();
    const objects = ts.isParameter(owner)
      ? this.argumentsOf(owner)
      : ts.isVariableDeclaration(owner) && owner.initializer
        ? [owner.initializer]
        : [];
    const properties = objects.map((object) => this.checker.getTypeAtLocation(object).getProperty(name));
    const found = properties.map((property) => this.ofDeclarations(property));
    if (element.initializer) found.push(this.of(element.initializer));
    return found.length > 0 && found.every((texts) => texts !== undefined) ? found.flat() : undefined;
  }

  /** `TABLES[kind]`: any of them. */
  private ofEveryProperty(object: ts.Expression): Text[] | undefined {
    const found = this.checker
      .getTypeAtLocation(object)
      .getProperties()
      .map((property) => this.ofDeclarations(property));
    return found.length > 0 && found.every((texts) => texts !== undefined) ? found.flat() : undefined;
  }

  /** A type that allows a few texts only. */
  private ofType(node: ts.Expression): Text[] | undefined {
    const type = this.checker.getTypeAtLocation(node);
    const types = type.isUnion() ? type.types : [type];
    if (!types.every((one) => one.isStringLiteral())) return undefined;
    return types.map((one) => [{ text: one.value, node }]);
  }

  private argumentsOf(parameter: ts.ParameterDeclaration): ts.Expression[] {
    const owner = parameter.parent;
    const index = owner.parameters.indexOf(parameter);
    const isOwner = (declaration: ts.Declaration) => functionOf(declaration) === owner;
    return this.callsOf(owner)
      .filter((call) => this.symbolOf(nameCalled(call))?.declarations?.some(isOwner))
      .flatMap((call) => call.arguments[index] ?? []);
  }

  /** Calls of functions with the name of this one. */
  private callsOf(called: ts.SignatureDeclaration): ts.CallExpression[] {
    const holder = ts.isVariableDeclaration(called.parent) ? called.parent : called;
    const name = ts.getNameOfDeclaration(holder)?.getText() ?? '';
    this.callsByName ??= this.collectCalls();
    return this.callsByName.get(name) ?? [];
  }

  private collectCalls(): Map<string, ts.CallExpression[]> {
    const found = new Map<string, ts.CallExpression[]>();
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node)) {
        const name = nameCalled(node).getText();
        const calls = found.get(name);
        if (calls) calls.push(node);
        else found.set(name, [node]);
      }
      ts.forEachChild(node, visit);
    };
    for (const source of this.sources) visit(source);
    return found;
  }

  private symbolOf(name: ts.Node): ts.Symbol | undefined {
    const symbol = this.checker.getSymbolAtLocation(name);
    const isImport = symbol && symbol.flags & ts.SymbolFlags.Alias;
    return isImport ? this.checker.getAliasedSymbol(symbol) : symbol;
  }
}

function hole(node: ts.Node): Text {
  return [{ text: HOLE, node }];
}

function together(parts: Text[][]): Text[] {
  if (parts.length === 0) return [];
  const versions = Math.max(...parts.map((part) => part.length));
  return Array.from({ length: versions }, (_, version) =>
    parts.flatMap((part) => part[Math.min(version, part.length - 1)] ?? []),
  );
}

function distinct(texts: readonly Text[]): Text[] {
  return [...new Map(texts.map((text) => [textOf(text), text])).values()];
}
