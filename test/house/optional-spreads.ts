import ts from 'typescript';
import { placeOf, type SourceFile, walkTree } from './source-file.ts';

/** `...(x === undefined ? {} : { x })` and `...(x && { x })`: use the kit's `defined({ x })` instead. */
export function findOptionalSpreads(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) =>
    [...walkTree(file.tree)]
      .filter((node) => ts.isSpreadAssignment(node) && isOptional(bare(node.expression)))
      .map((node) => placeOf(file, node)),
  );
}

function isOptional(expression: ts.Expression): boolean {
  if (ts.isConditionalExpression(expression)) {
    return [expression.whenTrue, expression.whenFalse].some((branch) => {
      const value = bare(branch);
      return isNothing(value);
    });
  }
  return (
    ts.isBinaryExpression(expression) &&
    expression.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken
  );
}

function isNothing(value: ts.Expression): boolean {
  if (ts.isObjectLiteralExpression(value)) return value.properties.length === 0;
  return ts.isIdentifier(value) && value.text === 'undefined';
}

function bare(expression: ts.Expression): ts.Expression {
  return ts.isParenthesizedExpression(expression) ? bare(expression.expression) : expression;
}
