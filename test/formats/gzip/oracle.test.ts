import { gzipSync } from 'node:zlib';
import { gzip } from '../../../formats/gzip.ts';
import { join } from '../lz4/fixtures.ts';
import { commandAgrees } from '../shared/command-agrees.ts';
import { diskLikeBytes } from '../shared/decoding.ts';

const parts = [diskLikeBytes(70_000, 1), new Uint8Array(0), diskLikeBytes(30_000, 2)];
const content = join(...parts);
const members = join(...parts.map((part) => gzipSync(part)));

commandAgrees({
  codec: gzip,
  command: 'gzip',
  always: ['-q', '-c'],
  written: { options: ['-1', '-6', '-9', '--rsyncable'], rounds: 1, longest: 700_000 },
  read: [
    { name: 'members that are made here', file: () => members, content },
    {
      name: 'members with zeros behind them',
      file: () => join(members, new Uint8Array(512)),
      content,
    },
  ],
  damaged: [
    {
      name: 'files',
      file: () => join(gzipSync(content.subarray(0, 9000)), gzipSync(content)),
      rounds: 80,
      // The first header is chosen as often as the rest.
      at: (next, fileBytes, round) => next(round % 2 === 0 ? fileBytes : 20),
    },
  ],
});
