import { expect, test } from 'vitest';
import { gzip } from '../../../formats/gzip.ts';
import { nameForeignContent } from '../../../src/image/foreign-content.ts';
import { decodeContext } from '../../formats/decode-context.ts';
import { wholeSource } from '../../formats/shared/byte-sources.ts';
import { describeCodecRows, describeCommand } from './codec-rows.ts';
import { readImage, readImageRows } from './image-rows.ts';

describeCodecRows(gzip);
describeCommand(gzip, 'gzip', [['-1'], ['-6'], ['-9'], ['--rsyncable']]);
describeCommand(gzip, 'pigz', [['-1'], ['-p', '2', '-b', '128', '-i'], ['-11', '-I', '1']]);

const documents = readImageRows('bad').filter(
  (row) => /^n-.*\.gz$/.test(row.file) && row.format === 'gz',
);

test.each(documents)('$file: $defect', async (row) => {
  const output = gzip.decode(wholeSource(readImage(row)), decodeContext())[Symbol.asyncIterator]();
  const { value: head } = await output.next();
  expect(row.reasons).toContain(nameForeignContent({ head })?.reason);
});
