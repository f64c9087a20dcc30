import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { everyKey } from '../../../vendors/keys/every-key.ts';
import { renderKeyTable } from './key-table.ts';

test('the table in docs/keys.md agrees with the data', () => {
  const document = readFileSync(new URL('../../../docs/keys.md', import.meta.url), 'utf8');
  const [, table = ''] = /<!-- keys -->\n\n([\s\S]*?)\n\n<!-- \/keys -->/.exec(document) ?? [];
  // To update it: put the expected text here between the two marks.
  expect(table.split('\n')).toEqual(renderKeyTable(everyKey).split('\n'));
});
