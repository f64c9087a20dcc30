import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { GrowingFile } from '../bytes/growing-file.ts';
import type { DiskSink } from '../contracts/bytes.ts';
import type { Format } from '../contracts/format.ts';
import type { Limits } from '../contracts/limits.ts';
import type { Log } from '../contracts/log.ts';
import type { FileOptions } from '../contracts/options.ts';
import { NotFoundError } from '../errors.ts';
import { Allowances, warningsOf } from '../image/allowances.ts';
import { openDecodeJob } from '../image/decode-context.ts';
import { type OpenLayers, openLayers } from '../image/open-layers.ts';
import { awaitEnd, awaitPlugin } from '../parts/await-plugin.ts';
import { pluginFailure } from '../parts/call-plugin.ts';
import { readAllow } from '../parts/read-allow.ts';
import { readLimits } from '../parts/read-limits.ts';

/** A local image file after all its layers were detected. */
export interface OpenImageFile extends OpenLayers {
  sizeBytes: number;
  source: GrowingFile;
  /** Handle of the file itself. */
  file: FileHandle;
  limits: Limits;
  allowances: Allowances;
  signal: AbortSignal;
  log: Log;
  /** Writes the whole disk to a sink and verifies every checksum around it. */
  drain(sink: DiskSink): Promise<void>;
}

/** What is known about a file before all its layers are detected. */
export interface FoundSoFar {
  sizeBytes: number;
  /** Format ids found so far, outermost first. */
  chain: string[];
}

/** Opens a local file, detects its layers, runs `use`, and closes everything. */
export async function openImageFile<T>(
  path: string,
  formats: readonly Format[],
  options: FileOptions,
  use: (image: OpenImageFile) => Promise<T>,
  found: FoundSoFar = { sizeBytes: 0, chain: [] },
): Promise<T> {
  const signal = options.signal ?? new AbortController().signal;
  const limits = readLimits(options.limits ?? {});
  const allowances = new Allowances(readAllow(options.allow ?? []));
  const log = options.log ?? (() => {});
  const handle = await openReadable(path);
  const about = { signal, limits, log, allowances };
  const job = openDecodeJob(options.scratchDir ?? tmpdir(), about);
  try {
    signal.throwIfAborted();
    const { size: sizeBytes } = await handle.stat();
    const source = GrowingFile.whole(handle, sizeBytes);
    found.sizeBytes = sizeBytes;
    const { from = [], entry } = options;
    const layers = await awaitPlugin('decoder', 'open', signal, () =>
      openLayers(source, from, entry, formats, job.context, found.chain),
    );
    const drain = (sink: DiskSink): Promise<void> =>
      awaitPlugin('decoder', 'copyTo', signal, async () => {
        await layers.image.copyTo(sink);
        await layers.finish();
      });
    const result = await use({ ...layers, ...about, drain, sizeBytes, source, file: handle });
    for (const { code, message } of warningsOf(allowances.used)) {
      log({ level: 'warn', message, data: { code } });
    }
    return result;
  } catch (error) {
    if (!signal.aborted && isSystemError(error)) throw error;
    throw pluginFailure(error, 'decoder', 'copyTo', signal);
  } finally {
    await awaitEnd(signal, () => job.close());
    await handle.close();
  }
}

/** Opens a readable file; throws `ERR_NOT_FOUND` for anything else. */
export async function openReadable(path: string): Promise<FileHandle> {
  try {
    const handle = await open(path, 'r');
    if ((await handle.stat()).isFile()) return handle;
    await handle.close();
  } catch (cause) {
    throw noFile(path, cause);
  }
  throw noFile(path, undefined);
}

function noFile(path: string, cause: unknown): NotFoundError {
  return new NotFoundError({
    code: 'ERR_NOT_FOUND',
    message: `${JSON.stringify(path)} cannot be read as a file`,
    hint: 'Give the path of an image file.',
    details: { field: 'file', value: path },
    cause,
  });
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
