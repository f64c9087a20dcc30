import { describe } from 'vitest';
import { vdi, vdiWriter } from '../../../formats/vdi.ts';
import { writerProperties } from '../writing/writer-properties.ts';

const MiB = 1024 * 1024;

describe('a dynamic VDI', () => {
  writerProperties({
    writer: vdiWriter,
    reader: vdi,
    roundBytes: 512,
    qemuFormat: 'vdi',
    canCheck: true,
    maxBytes: 16 * 1024 * 1024 * MiB,
    overheadBytes: 8192,
  });
});
