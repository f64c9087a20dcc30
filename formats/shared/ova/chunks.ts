import { type ArchiveEntry, type DecodeContext, refuse } from '../../../src/kit.ts';
import { LentBytes } from '../sources/lent-bytes.ts';
import type { TarMember } from '../tar/walk.ts';
import type { Contents, DiskPlace } from './contents.ts';
import { chunkName } from './documents.ts';

/**
 * A disk that is stored in the archive in parts, one after the other. `finish` reads the rest of it and returns the
 * member that followed.
 */
export function joinChunks(
  { disk, name }: DiskPlace,
  first: TarMember,
  next: () => Promise<TarMember | undefined>,
  contents: Contents,
  context: DecodeContext,
): { entry: ArchiveEntry; finish(): Promise<TarMember | undefined> } {
  let after: TarMember | undefined;
  async function* parts(): AsyncGenerator<Uint8Array> {
    let part = first;
    let total = 0;
    for (let index = 1; ; index += 1) {
      yield* part.source.stream();
      await part.finish();
      total += part.sizeBytes;
      after = await next();
      if (after?.name !== chunkName(name, index)) break;
      if (part.sizeBytes !== disk.chunkBytes) throw badPart(part.name, 'is not a whole part');
      contents.note(after);
      part = after;
      after = undefined;
    }
    if (part.sizeBytes > (disk.chunkBytes ?? 0)) throw badPart(part.name, 'is too long for a part');
    if (total < (disk.sizeBytes ?? 0)) {
      throw refuse('truncated', `${JSON.stringify(name)} in the OVA lacks its last parts`, {
        format: 'ova',
        value: name,
      });
    }
  }
  const bytes = new LentBytes(parts());
  return {
    entry: { name, source: context.spool(bytes), finish: () => bytes.finish() },
    async finish() {
      await bytes.finish();
      return after;
    },
  };
}

function badPart(name: string, what: string): Error {
  return refuse('corrupt-header', `${JSON.stringify(name)} in the OVA ${what}`, {
    format: 'ova',
    value: name,
  });
}
