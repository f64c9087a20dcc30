import { createHash, type Hash, randomUUID } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress } from 'node:zlib';
import { formatTarHead, tarBlockBytes, tarPadding } from '../cache/archive/tar-head.ts';
import { inOutput } from '../cache/cache-error.ts';
import type { CreateBundleOptions, CreatedBundle } from '../contracts/bundle.ts';
import { placeOutput, refuseExisting } from '../convert/place-output.ts';
import { checkOptions, readPath } from '../parts/check-options.ts';
import { optionKinds } from '../parts/option-kinds.ts';
import { type FolderMember, readBundleFolder, refuseFolder } from './read-folder.ts';

const chunkBytes = 1024 * 1024;
/** Fixed, because the bytes depend on it. Higher levels gain little for the time they take. */
const level = 9;

/** Writes the folder as a `.tar.zst`; the file gets its name only when it is complete. */
export async function writeBundle(
  folder: string,
  out: string,
  options: CreateBundleOptions,
): Promise<CreatedBundle> {
  checkOptions(options, optionKinds.createBundle);
  const { force = false, signal } = options;
  signal?.throwIfAborted();
  const from = resolve(readPath('folder', folder));
  const path = resolve(readPath('output', out));
  if (!force) await refuseExisting(path);
  const handles: FileHandle[] = [];
  const partial = join(dirname(path), `.${basename(path)}.${randomUUID()}`);
  try {
    const { kind, members, files } = await readBundleFolder(from, handles);
    const hash = createHash('sha256');
    const sizeBytes = await inOutput(path, 'write', async () => {
      const output = await open(partial, 'wx', 0o644);
      handles.push(output);
      await compress(writeTar(from, files), output, hash, signal);
      await output.sync();
      return (await output.stat()).size;
    });
    await inOutput(path, 'write', () => placeOutput(partial, path, force));
    return { path, kind, members, sha256: hash.digest('hex'), sizeBytes };
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    throw error;
  } finally {
    for (const handle of handles) await handle.close();
    await rm(partial, { force: true }).catch(() => {});
  }
}

async function compress(
  bytes: AsyncIterable<Uint8Array>,
  output: FileHandle,
  hash: Hash,
  signal: AbortSignal | undefined,
): Promise<void> {
  const zstd = createZstdCompress({
    params: {
      [constants.ZSTD_c_compressionLevel]: level,
      [constants.ZSTD_c_checksumFlag]: 1,
    },
  });
  const write = async (packed: AsyncIterable<Uint8Array>): Promise<void> => {
    for await (const chunk of packed) {
      hash.update(chunk);
      await output.writeFile(chunk);
    }
  };
  await pipeline(Readable.from(bytes), zstd, write, ...(signal ? [{ signal }] : []));
}

/** POSIX tar in which every time is 0, every owner 0 and every mode 0444. */
async function* writeTar(
  folder: string,
  files: readonly FolderMember[],
): AsyncGenerator<Uint8Array> {
  for (const file of files) {
    const { name, sizeBytes } = file;
    yield formatTarHead({ name, sizeBytes, mtimeMs: 0 });
    yield* readWhole(folder, file);
    yield tarPadding(sizeBytes);
  }
  yield Buffer.alloc(2 * tarBlockBytes);
}

async function* readWhole(
  folder: string,
  { name, handle, sizeBytes }: FolderMember,
): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < sizeBytes; ) {
    const length = Math.min(chunkBytes, sizeBytes - at);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, at);
    if (bytesRead === 0) throw refuseFolder(`${name} became shorter while it was read`, folder);
    yield buffer.subarray(0, bytesRead);
    at += bytesRead;
  }
}
