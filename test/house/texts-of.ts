import ts from 'typescript';

/** Replaces a value in a text that is not known before the program runs. */
export const hole = '{…}';

/** The possible texts of an expression. */
export function textsOf(node: ts.Node): string[] {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isTemplateExpression(node)) {
    const spans = node.templateSpans.map(({ literal }) => `${hole}${literal.text}`);
    return [node.head.text + spans.join('')];
  }
  if (ts.isConditionalExpression(node))
    return [...textsOf(node.whenTrue), ...textsOf(node.whenFalse)];
  if (ts.isParenthesizedExpression(node)) return textsOf(node.expression);
  if (ts.isBinaryExpression(node)) return [...textsOf(node.left), ...textsOf(node.right)];
  return [];
}
