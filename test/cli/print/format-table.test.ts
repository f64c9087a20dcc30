import { expect, test } from 'vitest';
import { formatTable } from '../../../src/cli/print/format-table.ts';

const rows = [
  ['NAME', 'WHAT IT IS', 'SIZE'],
  ['alpha', 'the first of a few letters', '12'],
  ['beta', 'another', '3'],
];

test('what fits stays on one line a row', () => {
  expect(formatTable(rows, { right: [2], columns: 60 })).toBe(formatTable(rows, { right: [2] }));
});

test('text of several words goes on below, in its own column', () => {
  expect(formatTable(rows, { right: [2], columns: 30 })).toBe(
    [
      'NAME   WHAT IT IS         SIZE',
      'alpha  the first of a       12',
      '       few letters',
      'beta   another               3',
    ].join('\n'),
  );
});

test('a name that leaves no room has a line of its own, whole', () => {
  const name = 'a_name_of_forty_characters_and_a_few_more';
  const text = formatTable(
    [
      ['NAME', 'STATE', 'TRUST'],
      [name, 'intact', 'signed'],
    ],
    { columns: 48 },
  );
  expect(text.split('\n')).toEqual(['NAME', '  STATE   TRUST', name, '  intact  signed']);
});

test('where the rest does not fit either, each row is a list', () => {
  const long = 'sha256:0123456789abcdef';
  const table = [
    ['NAME', 'DIGEST', 'OTHER DIGEST'],
    ['one', long, long],
  ];
  expect(formatTable(table, { columns: 40 }).split('\n')).toEqual([
    'one',
    `  DIGEST        ${long}`,
    `  OTHER DIGEST  ${long}`,
  ]);
});

test('a word that is longer than the line is not broken: it may have to be copied', () => {
  const digest = `sha256:${'0'.repeat(64)}`;
  expect(formatTable([['digest', digest]], { columns: 40 })).toBe(`digest  ${digest}`);
});
