import { describe } from 'vitest';
import { qcow2, qcow2Writer } from '../../../formats/qcow2.ts';
import { writerProperties } from '../writing/writer-properties.ts';

const PiB = 1024 ** 5;

describe.each(['none', 'zlib', 'zstd'])('a qcow2 with compression=%s', (compression) => {
  writerProperties({
    writer: qcow2Writer,
    reader: qcow2,
    options: { compression },
    roundBytes: 512,
    qemuFormat: 'qcow2',
    canCheck: true,
    hasIds: false,
    maxBytes: 2 * PiB,
    overheadBytes: 96 * 1024,
  });
});
