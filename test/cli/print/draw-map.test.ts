import { expect, test } from 'vitest';
import { drawMap } from '../../../src/cli/print/draw-map.ts';
import { wrapText } from '../../../src/cli/print/wrap-text.ts';

const MiB = 1024 ** 2;

/** The shades alone. */
function cells(extents: [number, number][], virtualSize: number, count: number): string {
  const lines = drawMap(extents, virtualSize, count + 2);
  return lines.find((line) => line.startsWith('['))?.slice(1, -1) ?? '';
}

test('the map is darker where there is more', () => {
  expect(cells([], 1000, 5)).toBe('     ');
  expect(cells([[0, 1000]], 1000, 5)).toBe('█████');
  const some: [number, number][] = [
    [100, 100],
    [400, 210],
  ];
  expect(cells(some, 1000, 5)).toBe('▒ █░ ');
  expect(cells([[990, 10]], 1000, 5)).toBe('    ░');
});

test('a scale above it, a legend below', () => {
  const lines = drawMap([[0, 32 * MiB]], 64 * MiB, 34);
  expect(lines).toEqual([
    ' 0                         64 MiB',
    `[${'█'.repeat(16)}${' '.repeat(16)}]`,
    '1 character is 2 MiB: █ data, ▓ ▒',
    '░ partly data, blank zeros; the',
    'disk has 64 MiB',
  ]);
});

test.each([4, 10, 24, 60, 80, 200])('no line is wider than %i columns', (columns) => {
  const lines = drawMap([[0, MiB]], 64 * MiB, columns);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
  expect(lines.join(' ').replace(/\s+/g, '')).toContain('disk');
});

test.each([
  ['a b c', 3, ['a b', 'c']],
  ['a', 10, ['a']],
  ['', 10, ['']],
  ['abcdefgh i', 3, ['abc', 'def', 'gh', 'i']],
  ['a abcdef', 3, ['a', 'abc', 'def']],
])('%j in lines of %i', (text, columns, lines) => {
  expect(wrapText(text, columns)).toEqual(lines);
});
