import { refuse, viewOf } from '../../src/kit.ts';
import type { StreamReader } from '../shared/streams/stream-reader.ts';
import { takeAll } from './take-all.ts';
import { xxHash32 } from './xxhash32.ts';

/** The header of a frame (LZ4 frame format 1.6, section "Frame Descriptor"). */
export interface Lz4FrameHeader {
  /** The maximum decoded size of a block. */
  blockBytes: number;
  /** Blocks may refer to the 64 KiB before them. */
  linked: boolean;
  blockChecksums: boolean;
  contentChecksum: boolean;
  /** Declared length of the decoded content in bytes. It is verified only at the frame's end. */
  contentSize: number | undefined;
}

/** Reads the header after the magic number. A dictionary or a reserved bit is `unsupported-feature`. */
export async function readLz4FrameHeader(reader: StreamReader): Promise<Lz4FrameHeader> {
  const offset = reader.position;
  const [flags = 0, blocks = 0] = await takeAll(reader, 2);
  if (flags >>> 6 !== 1) {
    throw unsupported('unsupported-variant', `is of version ${flags >>> 6}`, offset);
  }
  const hasSize = (flags & 0x08) !== 0;
  const hasDictionary = (flags & 0x01) !== 0;
  const rest = await takeAll(reader, (hasSize ? 8 : 0) + (hasDictionary ? 4 : 0) + 1);
  const checked = Uint8Array.of(flags, blocks, ...rest.subarray(0, -1));
  if (((xxHash32(checked) >>> 8) & 0xff) !== rest.at(-1)) {
    throw refuse('checksum', 'An lz4 frame header does not match its checksum', {
      format: 'lz4',
      offset,
    });
  }
  const blockSize = blocks >>> 4;
  if ((flags & 0x02) !== 0 || (blocks & 0x8f) !== 0 || blockSize < 4) {
    throw unsupported('unsupported-feature', 'uses reserved bits', offset);
  }
  if (hasDictionary) throw unsupported('unsupported-feature', 'needs a dictionary', offset);
  return {
    // 64 KiB, 256 KiB, 1 MiB or 4 MiB.
    blockBytes: 2 ** (8 + 2 * blockSize),
    linked: (flags & 0x20) === 0,
    blockChecksums: (flags & 0x10) !== 0,
    contentChecksum: (flags & 0x04) !== 0,
    // Above 2^53 not exact, but such a length is far above every limit.
    contentSize: hasSize ? Number(viewOf(rest).getBigUint64(0, true)) : undefined,
  };
}

function unsupported(
  reason: 'unsupported-variant' | 'unsupported-feature',
  what: string,
  offset: number,
): Error {
  return refuse(reason, `An lz4 frame ${what}`, {
    format: 'lz4',
    offset,
    hint: 'Compress the image again with the default options of lz4.',
  });
}
