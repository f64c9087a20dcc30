import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { remedies } from '../../src/errors/codes.ts';
import { defectTable, digestTable, signatureTable } from '../../src/errors/reason-table.ts';
import { errorTable } from '../../src/errors/table.ts';
import { refuse, refuseSignature } from '../../src/errors.ts';
import { readSources, walkTree } from '../house/source-file.ts';
import { hole, textsOf } from '../house/texts-of.ts';
import { formatErrorsPage } from './errors-page.ts';

const nodes = readSources(['src', 'vendors', 'formats', 'verifiers']).flatMap(({ path, tree }) =>
  path.startsWith('src/errors') ? [] : [...walkTree(tree)],
);

/** Texts given as an argument, or as the value of a property; texts that are only compared are left out. */
const given = new Set(
  nodes.flatMap((node) => {
    if (ts.isPropertyAssignment(node)) return textsOf(node.initializer);
    if (!ts.isCallExpression(node) || node.expression.getText() === 'isImageError') return [];
    return node.arguments.flatMap(textsOf);
  }),
);

/** The values of the properties called `reason` in the `details` of errors. */
const reasons = nodes.flatMap((node) => {
  if (!ts.isPropertyAssignment(node) || node.name.getText() !== 'details') return [];
  return [...walkTree(node.initializer)].flatMap((inner) =>
    ts.isPropertyAssignment(inner) && inner.name.getText() === 'reason'
      ? textsOf(inner.initializer)
      : [],
  );
});

function typeWords(path: string): string[] {
  const text = readFileSync(new URL(`../../src/errors/${path}`, import.meta.url), 'utf8');
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  return [...walkTree(source)].flatMap((node) =>
    ts.isLiteralTypeNode(node) && ts.isStringLiteral(node.literal) ? [node.literal.text] : [],
  );
}

test('the page of errors agrees with the tables: npm run docs:errors', () => {
  const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
  expect(page).toBe(formatErrorsPage());
});

test('every code has a row and a remedy, and no row has an unknown code', () => {
  const codes = typeWords('codes.ts').filter((word) => word.startsWith('ERR_'));
  expect(codes.length).toBeGreaterThan(30);
  expect(Object.keys(errorTable).sort()).toEqual([...codes].sort());
  expect(Object.keys(remedies).sort()).toEqual([...codes].sort());
});

test('every code is thrown somewhere', () => {
  const byReason = new Set<string>([
    ...Object.keys(defectTable)
      .filter((reason) => given.has(reason))
      .map((reason) => refuse(reason as keyof typeof defectTable, '').code),
    ...Object.keys(signatureTable)
      .filter((reason) => given.has(reason))
      .map((reason) => refuseSignature(reason as keyof typeof signatureTable, '').code),
  ]);
  const raised = (code: string) => given.has(code) || byReason.has(code);
  expect(Object.keys(errorTable).filter((code) => !raised(code))).toEqual([]);
  expect(raised('ERR_NEVER')).toBe(false);
});

test('every reason has a sentence and is used somewhere', () => {
  const words = [...Object.keys(defectTable), ...Object.keys(signatureTable)];
  expect(words.sort()).toEqual(typeWords('reasons.ts').sort());
  const all = { ...defectTable, ...signatureTable, ...digestTable };
  expect(Object.keys(all).filter((reason) => !given.has(reason))).toEqual([]);
  expect(reasons.length).toBeGreaterThan(5);
  expect(reasons.filter((reason) => !(reason in all))).toEqual([]);
});

test.each(Object.entries(errorTable))(
  '%s is described in sentences',
  (_code, { meaning, action, example }) => {
    expect(meaning).toMatch(/^[A-Z].*\.$/);
    expect(action).toMatch(/^[A-Z`].*\.$/);
    expect(example).toMatch(/^[^`\n]+[^.]$/);
  },
);

/** Texts of the sources as patterns; one with nearly only placeholders would match anything. */
const patterns = [...given]
  .filter((text) => text.replaceAll(hole, '').length >= 8)
  .map((text) => new RegExp(`(?:^|: )${text.split(hole).map(escapePattern).join('.*')}$`));

// The message of ERR_HTTP_STATUS is joined from short pieces.
const wholeMessages = Object.entries(errorTable).filter(([code]) => code !== 'ERR_HTTP_STATUS');

test.each(wholeMessages)('the example of %s is a message of the product', (_code, { example }) => {
  expect(patterns.filter((pattern) => pattern.test(example))).not.toEqual([]);
});

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
