import ts from 'typescript';
import { placeOf, type SourceFile, walkTree } from './source-file.ts';

/**
 * `x ??= work()` where `x` is cleared again, for example by `work` itself: an async function that ends before its first
 * `await` clears it before the promise is assigned, and then the settled promise stays forever.
 */
export function findKeptPromises(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => {
    const nodes = [...walkTree(file.tree)];
    const cleared = new Set(nodes.flatMap((node) => clearedBy(node) ?? []));
    const asyncs = new Set(nodes.flatMap((node) => asyncName(node) ?? []));
    return nodes
      .filter((node): node is ts.BinaryExpression =>
        isAssignment(node, ts.SyntaxKind.QuestionQuestionEqualsToken),
      )
      .filter(
        ({ left, right }) => cleared.has(left.getText()) && asyncs.has(calledName(right) ?? ''),
      )
      .map((node) => placeOf(file, node));
  });
}

function asyncName(node: ts.Node): string | undefined {
  if (!ts.isMethodDeclaration(node) && !ts.isFunctionDeclaration(node)) return undefined;
  const isAsync = node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword) === true;
  return isAsync ? node.name?.getText() : undefined;
}

/** The called name, without its object. */
function calledName(node: ts.Expression): string | undefined {
  if (!ts.isCallExpression(node)) return undefined;
  const called = node.expression;
  return ts.isPropertyAccessExpression(called) ? called.name.getText() : called.getText();
}

function clearedBy(node: ts.Node): string | undefined {
  if (!isAssignment(node, ts.SyntaxKind.EqualsToken)) return undefined;
  return node.right.getText() === 'undefined' ? node.left.getText() : undefined;
}

function isAssignment(node: ts.Node, kind: ts.SyntaxKind): node is ts.BinaryExpression {
  return ts.isBinaryExpression(node) && node.operatorToken.kind === kind;
}
