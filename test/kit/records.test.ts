import { describe, expect, test } from 'vitest';
import { parseList, parseNumber, parseOptional, parseRecord, parseText } from '../../src/kit.ts';

describe('readers for outside data', () => {
  test('return a value of the expected kind', () => {
    expect(parseRecord({ a: 1 }, 'x')).toEqual({ a: 1 });
    expect(parseList([1, 'b'], 'x')).toEqual([1, 'b']);
    expect(parseText('', 'x')).toBe('');
    expect(parseNumber(0, 'x')).toBe(0);
    expect(parseNumber('528154624', 'x')).toBe(528154624);
  });

  const shapes: [string, (value: unknown, where: string) => unknown, unknown, string][] = [
    ['a list for a record', parseRecord, [], 'an object, found a list'],
    ['null for a record', parseRecord, null, 'an object, found null'],
    ['text for a record', parseRecord, 'x', 'an object, found string'],
    ['nothing for a record', parseRecord, undefined, 'an object, found undefined'],
    ['a record for a list', parseList, { length: 0 }, 'a list, found object'],
    ['a number for text', parseText, 24.04, 'a string, found number'],
    ['NaN', parseNumber, Number.NaN, 'a number'],
    ['infinity', parseNumber, Number.POSITIVE_INFINITY, 'a number'],
    ['no digits', parseNumber, '', 'a number'],
    ['a rounded size', parseNumber, '324M', 'a number'],
    ['more digits than a double holds', parseNumber, '1'.repeat(16), 'a number'],
    ['a boolean', parseNumber, true, 'a number'],
  ];
  test.each(shapes)('%s names the place', (_title, parse, value, wanted) => {
    expect(() => parse(value, 'index.products["x"].arch')).toThrow(
      expect.objectContaining({
        code: 'ERR_METADATA',
        message: expect.stringContaining(`index.products["x"].arch should be ${wanted}`),
        details: { field: 'index.products["x"].arch' },
      }),
    );
  });

  test('absent is undefined or null, and nothing else', () => {
    expect(parseOptional(undefined, 'x', parseText)).toBeUndefined();
    expect(parseOptional(null, 'x', parseText)).toBeUndefined();
    expect(parseOptional('', 'x', parseText)).toBe('');
    expect(() => parseOptional(0, 'x', parseText)).toThrow(/x should be a string/);
  });

  test("a caller's word finds only fields of the document", () => {
    const record = parseRecord(JSON.parse('{"a": 1, "__proto__": {"b": 2}}'), 'x');
    expect(record['constructor']).toBeUndefined();
    expect(record['b']).toBeUndefined();
    expect(Object.keys(record)).toEqual(['a', '__proto__']);
  });
});
