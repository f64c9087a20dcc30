import { expect, test } from 'vitest';
import { markPure } from '../../../tools/bundle/mark-pure.ts';

const pure = '/* @__PURE__ */';

test.each([
  ['const a = new URL("b");', `const a = ${pure} new URL("b");`],
  [
    'export const a = define({ b: [new Map()] });',
    `export const a = ${pure} define({ b: [${pure} new Map()] });`,
  ],
  ['const a = [...b, c];', `const a = ${pure} (() => ([...b, c]))();`],
  ['const a = b.c(), d = 1;', `const a = ${pure} (() => (b.c()))(), d = 1;`],
  ['const a = () => b(c.d);', 'const a = () => b(c.d);'],
  ['function a() { const b = c(); }', 'function a() { const b = c(); }'],
  ['const a = { b() { return c(); } };', 'const a = { b() { return c(); } };'],
  ['let a;', 'let a;'],
])('%s', (code, marked) => {
  expect(markPure(code)).toBe(marked);
});
