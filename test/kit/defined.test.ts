import { expect, expectTypeOf, test } from 'vitest';
import { defined } from '../../src/kit.ts';

test('a field without a value is left out, and every other one stays', () => {
  const count: number | undefined = undefined;
  const kept = defined({ name: 'disk', size: 0, label: '', gone: count, none: null });
  expect(Object.keys(kept)).toEqual(['name', 'size', 'label', 'none']);
});

test('the type shows which fields may be absent', () => {
  const size = Math.random() > 2 ? 1 : undefined;
  const kept = defined({ name: 'disk', size });
  expectTypeOf<typeof kept>().toExtend<{ name: string; size?: number }>();
});
