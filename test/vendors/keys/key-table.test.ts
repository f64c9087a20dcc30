import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { everyKey } from '../../../vendors/keys/every-key.ts';
import { renderKeyTable } from './key-table.ts';

test('the table in docs/keys.md says what the data say', () => {
  const document = readFileSync(new URL('../../../docs/keys.md', import.meta.url), 'utf8');
  const [, table = ''] = /<!-- keys -->\n\n([\s\S]*?)\n\n<!-- \/keys -->/.exec(document) ?? [];
  // To write it anew: put what is expected here between the two marks.
  expect(table.split('\n')).toEqual(renderKeyTable(everyKey).split('\n'));
});
