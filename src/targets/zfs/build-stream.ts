import { createHash, randomUUID } from 'node:crypto';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { inCache } from '../../cache/cache-error.ts';
import type { DeliveryDisk, TargetContext } from '../../contracts/target.ts';
import { CacheError } from '../../errors.ts';
import { sleep } from '../../kit/abort.ts';
import type { Machine } from '../host/machine.ts';
import { ProgramFailure } from '../host/run-program.ts';
import { wholeMib } from '../manifest/build-manifest.ts';
import type { StreamFacts } from '../manifest/image-manifest.ts';
import { zfsError } from './datasets.ts';
import { buildPrefix, sweepBuilds } from './sweep.ts';
import { writeZvol } from './write-zvol.ts';
import type { Zfs } from './zfs.ts';

const destroyAttempts = 5;
const destroyPauseMs = 200;

/**
 * Writes the compressed send stream of a disk to the new file `output`: it creates a zvol of its size, writes the
 * disk to it, takes a snapshot, and sends the snapshot. The zvol is always destroyed; the next build sweeps one that
 * a killed process left.
 */
export async function buildStream(
  disk: DeliveryDisk,
  output: string,
  { machine: { zfs }, parent }: { machine: Machine; parent: string },
  context: TargetContext,
): Promise<StreamFacts> {
  const { signal, tell, log } = context;
  await sweepBuilds(zfs, parent, context);
  const dataset = `${parent}/${buildPrefix}${randomUUID()}`;
  const snapshot = `${dataset}@image`;
  try {
    tell(`creating the zvol ${dataset}`);
    await zfs.create(dataset, wholeMib(disk.virtualSize), signal);
    tell(`writing the disk to ${dataset}`);
    await writeZvol(disk.path, zfs.device(dataset), signal);
    await zfs.snapshot(snapshot, signal);
    tell(`sending ${snapshot}`);
    return await inCache(output, 'write', () => compress(zfs, snapshot, output, signal));
  } catch (error) {
    signal.throwIfAborted();
    throw zfsError(error, dataset);
  } finally {
    await destroyBuild(zfs, dataset, log);
  }
}

async function compress(
  zfs: Zfs,
  snapshot: string,
  output: string,
  signal: AbortSignal,
): Promise<StreamFacts> {
  const sha1 = createHash('sha1');
  let size = 0;
  let sent = 0;
  const handle = await open(output, 'wx', 0o644);
  try {
    await pipeline(
      Readable.from(zfs.send(snapshot, signal), { objectMode: false }),
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          sent += chunk.length;
          yield chunk;
        }
      },
      createGzip(),
      async (chunks: AsyncIterable<Buffer>) => {
        for await (const chunk of chunks) {
          signal.throwIfAborted();
          await handle.writeFile(chunk);
          sha1.update(chunk);
          size += chunk.length;
        }
      },
    );
    if (sent === 0) throw empty(snapshot);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { sha1: sha1.digest('hex'), size };
}

/** A program that scans new disks may hold the device for a moment. A zvol that remains is logged and swept later. */
async function destroyBuild(zfs: Zfs, dataset: string, log: TargetContext['log']): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await zfs.destroy(dataset);
    } catch (error) {
      const said = error instanceof ProgramFailure ? error.said : String(error);
      const isAbsent = /does not exist/i.test(said);
      if (isAbsent || (error instanceof ProgramFailure && error.isMissing)) return;
      if (attempt >= destroyAttempts) {
        const message = `${dataset} was not removed; a build after an hour removes it: ${said}`;
        return log({ level: 'warn', message });
      }
    }
    await sleep(destroyPauseMs);
  }
}

function empty(snapshot: string): CacheError {
  return new CacheError({
    code: 'ERR_CACHE_IO',
    message: `zfs send of ${snapshot} wrote nothing`,
    hint: 'Check the state of the pool with zpool status, and run the call again.',
    details: { path: snapshot },
  });
}
