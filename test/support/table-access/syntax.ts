import ts from 'typescript';

export function nameCalled({ expression }: ts.CallExpression): ts.Node {
  return ts.isPropertyAccessExpression(expression) ? expression.name : expression;
}

export function isWrapper(
  node: ts.Node,
): node is ts.ParenthesizedExpression | ts.AsExpression | ts.SatisfiesExpression | ts.NonNullExpression {
  return (
    ts.isParenthesizedExpression(node) ||
    ts.isAsExpression(node) ||
    ts.isSatisfiesExpression(node) ||
    ts.isNonNullExpression(node)
  );
}

export function functionOf(declaration: ts.Declaration): ts.FunctionLikeDeclaration | undefined {
  if (ts.isFunctionDeclaration(declaration) || ts.isMethodDeclaration(declaration)) return declaration;
  const value = ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
  return value && (ts.isArrowFunction(value) || ts.isFunctionExpression(value)) ? value : undefined;
}

export function arrayOf(
  list: ts.Expression,
  symbolOf: (name: ts.Node) => ts.Symbol | undefined,
): ts.ArrayLiteralExpression | undefined {
  if (isWrapper(list)) return arrayOf(list.expression, symbolOf);
  if (ts.isArrayLiteralExpression(list)) return list;
  const declaration = ts.isIdentifier(list) && symbolOf(list)?.valueDeclaration;
  if (!declaration || !ts.isVariableDeclaration(declaration) || !declaration.initializer) return undefined;
  return arrayOf(declaration.initializer, symbolOf);
}

/** What is assigned to a variable or a property later on, in the same file. */
export function assignedTo(declaration: ts.Declaration, isIt: (name: ts.Node) => boolean): ts.Expression[] {
  const label = ts.getNameOfDeclaration(declaration)?.getText();
  const found: ts.Expression[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken) {
      const target = ts.isPropertyAccessExpression(node.left) ? node.left.name : node.left;
      if (target.getText() === label && isIt(target)) found.push(node.right);
    }
    ts.forEachChild(node, visit);
  };
  visit(declaration.getSourceFile());
  return found;
}
