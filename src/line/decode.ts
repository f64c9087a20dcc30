import type { FileHandle } from 'node:fs/promises';
import type { Extents } from '../bytes/extents.ts';
import { inCache } from '../cache/cache-error.ts';
import { Allowances } from '../image/allowances.ts';
import { openDecodeJob } from '../image/decode-context.ts';
import { openLayers } from '../image/open-layers.ts';
import { awaitEnd } from '../parts/await-plugin.ts';
import { callPlugin } from '../parts/call-plugin.ts';
import { keepBootFile } from './boot/keep-boot-file.ts';
import { type Writing, writeDecoded } from './decode/write-decoded.ts';
import type { Decoded, WrittenFile } from './decoded.ts';
import type { Fetching } from './fetch.ts';
import type { Making } from './making.ts';
import { matchDigests } from './match-digests.ts';
import { decodeMembers } from './members/decode-members.ts';
import { trace } from './trace.ts';
import { writerOf } from './writing/write-disk.ts';

/**
 * Decodes the growing download into the staged disk; with `after-verify` it first waits until the download is
 * verified.
 */
export function startDecode(making: Making & { fetching: Fetching }): Promise<Decoded> {
  const { call, plan, proven, staging, fetching } = making;
  const decoded = trace(call, 'decode', { layers: plan.artifact.layers }, async () => {
    if (call.options.decode === 'after-verify') {
      matchDigests(proven, await fetching.done, plan.artifact.fileName);
    }
    const allowances = new Allowances(call.options.allow);
    const { members } = plan.artifact;
    if (members === undefined && plan.role !== 'disk') {
      return { ...(await keepBootFile(making)), allowances };
    }
    call.progress.stage(
      'decode',
      `${plan.format === 'source' ? "reading the image in the vendor's format" : 'decoding to raw'}`,
    );
    const { signal } = call;
    const { limits, log } = call.options;
    const job = openDecodeJob(staging.dir, { signal, limits, log, allowances });
    const handles: FileHandle[] = [];
    try {
      const decoded = await callPlugin('the decoder', 'copyTo', signal, () =>
        // A decoder knows no path: its file system errors concern this folder.
        inCache(staging.dir, 'decode in', () =>
          members === undefined
            ? decodeLayers(making, { context: job.context, handles })
            : decodeMembers(making, members, { context: job.context, handles }),
        ),
      );
      return { ...decoded, allowances };
    } finally {
      await awaitEnd(signal, () => job.close());
      // A decoder that was abandoned never closes its files itself.
      for (const handle of handles) await handle.close();
    }
  });
  // Awaited later by settle(); the empty handler keeps Node from reporting it earlier.
  decoded.catch(() => {});
  return decoded;
}

async function decodeLayers(
  making: Making & { fetching: Fetching },
  writing: Writing,
): Promise<WrittenFile> {
  const { call, plan, staging, fetching } = making;
  const { layers, entry } = plan.artifact;
  const { context } = writing;
  const opened = await openLayers(fetching.source, layers, entry, call.parts.formats, context);
  const { chain, image } = opened;
  const format = chain.at(-1) ?? 'raw';
  if (image.virtualSize !== undefined) {
    const chosen = writerOf(call, plan);
    await chosen?.writer.check({ virtualSize: image.virtualSize }, chosen.options);
  }
  if (plan.format === 'source' && chain.length === 1 && format !== 'raw') {
    const { sizeBytes } = await fetching.done;
    const virtualSize = image.virtualSize ?? sizeBytes;
    const whole: Extents = [[0, sizeBytes]];
    return { chain, format, path: staging.download, sizeBytes, virtualSize, extents: whole };
  }
  return await writeDecoded(making, opened, writing);
}
