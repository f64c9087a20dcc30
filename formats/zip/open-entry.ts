import {
  type ArchiveEntry,
  type ByteSource,
  type DecodeContext,
  defined,
  refuse,
} from '../../src/kit.ts';
import { ExtentMap } from '../shared/sources/extent-map.ts';
import { LentBytes } from '../shared/sources/lent-bytes.ts';
import { RangeSource } from '../shared/sources/range-source.ts';
import { refuseEncrypted, type ZipMember } from './directory.ts';
import { unpack } from './inflate.ts';
import { StoredSource } from './stored-source.ts';
import { UnpackedSource } from './unpacked-source.ts';

const methods: Record<number, string> = {
  12: 'bzip2',
  14: 'LZMA',
  93: 'zstd',
  95: 'xz',
  98: 'PPMd',
  99: 'AES',
};

/** One member as an entry of the archive; its compression must be supported only if it is read. */
export function openEntry(
  source: ByteSource,
  member: ZipMember,
  context: DecodeContext,
): ArchiveEntry {
  const { name, sizeBytes, method } = member;
  const about = { format: 'zip', signal: context.signal };
  const packed = new RangeSource(source, member.dataStart, member.packedBytes, about);
  if (method === 0 && !member.encrypted) {
    const stored = new StoredSource(member, packed, context);
    return { name, sizeBytes, source: stored, finish: () => stored.finish() };
  }
  const isPlain = (method === 8 || method === 9) && !member.encrypted;
  const bytes = new LentBytes(isPlain ? unpack(member, packed, context) : unsupported(member));
  return {
    name,
    ...defined({ sizeBytes: member.mayWrap ? undefined : sizeBytes }),
    source: member.mayWrap
      ? context.spool(bytes)
      : new UnpackedSource(context.spool(bytes), ExtentMap.whole(sizeBytes), 'zip'),
    async finish() {
      if (bytes.lent) await bytes.finish();
    },
  };
}

// biome-ignore lint/correctness/useYield: it takes the place of bytes that cannot be had
async function* unsupported({ name, method, encrypted }: ZipMember): AsyncGenerator<Uint8Array> {
  if (encrypted) throw refuseEncrypted(name);
  const word = methods[method] ?? 'an unknown method';
  throw refuse(
    'unsupported-feature',
    `The zip member ${JSON.stringify(name)} is packed with ${word} (${method})`,
    { format: 'zip', value: method, hint: 'Unpack the archive first, and give the disk alone.' },
  );
}
