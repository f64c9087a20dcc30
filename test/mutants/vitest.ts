import { format } from 'node:util';

export { expect } from './expect.ts';

type Body = (...row: unknown[]) => unknown;

/** A declared test, with the names of its describe blocks. */
export interface Declared {
  name: string;
  run: () => unknown;
}

/** Tests in the order of their declaration. Replaces vitest, whose start alone takes longer than these tests. */
export const declared: Declared[] = [];
const names: string[] = [];

type Declare = (name: string, body: () => unknown) => void;
type Each = { each: (rows: readonly unknown[]) => (name: string, body: Body) => void };

export const test: Declare & Each = withEach((name, run) => {
  declared.push({ name: [...names, name].join(' > '), run });
});

export const describe: Declare & Each = withEach((name, body) => {
  names.push(name);
  body();
  names.pop();
});

function withEach(declare: Declare): Declare & Each {
  const each: Each['each'] = (rows) => (name, body) => {
    for (const row of rows) {
      const values = Array.isArray(row) ? row : [row];
      declare(format(name, ...values.slice(0, 3)), () => body(...values));
    }
  };
  return Object.assign(declare, { each });
}
