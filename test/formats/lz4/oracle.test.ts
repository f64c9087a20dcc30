import { lz4 } from '../../../formats/lz4.ts';
import { commandAgrees } from '../shared/command-agrees.ts';
import { content, frame, textFile } from './fixtures.ts';
import { makeLz4 } from './make-lz4.ts';

const linked = { linked: true, blockChecksums: true, contentSize: 200_000n };

commandAgrees({
  codec: lz4,
  command: 'lz4',
  always: ['-q', '-c'],
  written: {
    options: ['-1', '-9 -B4 -BD -BX', '-B5', '-B6 -BD --no-frame-crc', '-l'],
    rounds: 3,
    longest: 900_000,
  },
  read: [
    { name: 'a frame that is made here', file: () => frame, content },
    { name: 'linked blocks', file: () => makeLz4(content, linked), content },
    { name: 'stored blocks', file: () => makeLz4(content, { stored: true }), content },
  ],
  damaged: [
    {
      name: 'files',
      file: () => textFile,
      rounds: 60,
      at: (next, fileBytes) => next(fileBytes),
    },
  ],
});
