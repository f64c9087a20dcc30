import { quoteHcl } from './quote.ts';

/** A value of HCL: quoted text, a boolean, a list, an object, or an expression that is written unchanged. */
type HclValue = string | boolean | readonly string[] | HclObject | HclExpression;
interface HclObject {
  readonly attributes: HclAttributes;
}
interface HclExpression {
  readonly expression: string;
}
export type HclAttributes = readonly (readonly [name: string, value: HclValue])[];

/** Blocks, separated by blank lines. */
export function hclDocument(blocks: readonly string[]): string {
  return blocks.length === 0 ? '' : `${blocks.join('\n\n')}\n`;
}

/** One block, in the layout of `terraform fmt`. */
export function hclBlock(
  type: string,
  labels: readonly string[],
  attributes: HclAttributes,
): string {
  const head = [type, ...labels.map(quoteHcl), '{'].join(' ');
  return [head, ...formatAttributes(attributes, '  '), '}'].join('\n');
}

/** Equals signs of neighbouring lines are aligned; an attribute of several lines is separate. */
function formatAttributes(attributes: HclAttributes, indent: string): string[] {
  const lines: string[] = [];
  let group: HclAttributes = [];
  const flush = (): void => {
    const width = Math.max(0, ...group.map(([name]) => name.length));
    for (const [name, value] of group) {
      lines.push(`${indent}${name.padEnd(width)} = ${formatValue(value, indent)}`);
    }
    group = [];
  };
  for (const [at, attribute] of attributes.entries()) {
    const before = attributes[at - 1];
    if (before !== undefined && (isLong(before[1]) || isLong(attribute[1]))) {
      flush();
      lines.push('');
    }
    group = [...group, attribute];
  }
  flush();
  return lines;
}

function formatValue(value: HclValue, indent: string): string {
  if (typeof value === 'string') return quoteHcl(value);
  if (typeof value === 'boolean') return String(value);
  const inner = `${indent}  `;
  if (isList(value)) {
    return ['[', ...value.map((one) => `${inner}${quoteHcl(one)},`), `${indent}]`].join('\n');
  }
  if ('expression' in value) return value.expression;
  return ['{', ...formatAttributes(value.attributes, inner), `${indent}}`].join('\n');
}

function isLong(value: HclValue): boolean {
  return typeof value === 'object' && !('expression' in value);
}

function isList(value: HclValue): value is readonly string[] {
  return Array.isArray(value);
}
