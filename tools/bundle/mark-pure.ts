import type { AstNode } from 'rollup';
import { parseAst } from 'rollup/parseAst';

const mark = '/* @__PURE__ */ ';

/**
 * Tells bundlers that the constants of a part may be removed if the part is not used: without this mark they keep each
 * call and each property access, because it could have an effect. No module of a part has such an effect.
 */
export function markPure(code: string): string {
  const added: [at: number, text: string][] = [];
  for (const value of listConstants(parseAst(code))) {
    const { calls, others } = findEffects(value);
    if (others) added.push([value.start, `${mark}(() => (`], [value.end, '))()']);
    else added.push(...calls.map((at): [number, string] => [at, mark]));
  }
  return added
    .sort(([left], [right]) => right - left)
    .reduce((text, [at, more]) => text.slice(0, at) + more + text.slice(at), code);
}

function listConstants(program: AstNode): AstNode[] {
  return childrenOf(program)
    .map((one) => (one.type === 'ExportNamedDeclaration' ? childrenOf(one)[0] : one))
    .filter((one) => one?.type === 'VariableDeclaration')
    .flatMap((one) => childrenOf(one ?? program))
    .flatMap((one) => childrenOf(one)[1] ?? []);
}

/**
 * Finds the code that could have an effect while a module loads: the places of calls, and whether there is anything
 * else.
 */
function findEffects(node: AstNode): { calls: number[]; others: boolean } {
  if (/Function/.test(node.type)) return { calls: [], others: false };
  const within = childrenOf(node).map(findEffects);
  const isCall = node.type === 'CallExpression' || node.type === 'NewExpression';
  const isOther = node.type === 'SpreadElement' || node.type === 'MemberExpression';
  return {
    calls: [...(isCall ? [node.start] : []), ...within.flatMap(({ calls }) => calls)],
    others: isOther || within.some(({ others }) => others),
  };
}

function childrenOf(node: AstNode): AstNode[] {
  return Object.values(node).flat().filter(isNode);
}

function isNode(value: unknown): value is AstNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}
