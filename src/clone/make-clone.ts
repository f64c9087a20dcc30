import { randomUUID } from 'node:crypto';
import { chmod, open, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { allocatedBytes } from '../cache/free-space.ts';
import type { ClonedDisk, CloneOptions } from '../contracts/clone.ts';
import type { Warning } from '../contracts/log.ts';
import { placeOutput } from '../convert/place-output.ts';
import { defined } from '../kit/defined.ts';
import { onOutput } from './clone-error.ts';
import { copyData } from './copy-data.ts';
import { moveBackupTable } from './gpt/move-backup.ts';
import type { CloneJob, MadeClone } from './job.ts';
import { checkOutput, newFileMode, refuseSource } from './output.ts';
import { writeOverlay } from './place-overlay.ts';
import { type ClonePlan, planClone } from './plan.ts';
import { type CloneFile, cloneFileOn, reflink } from './reflink.ts';
import { openSource } from './source.ts';

/** Makes one clone, from beginning to end. `cloneFile` is the reflink operation of the file system. */
export async function makeClone(
  given: string,
  out: string,
  options: CloneOptions,
  cloneFile: CloneFile = cloneFileOn(process.platform),
): Promise<ClonedDisk> {
  const { force = false, signal = new AbortController().signal, log } = options;
  const { onProgress = () => {} } = options;
  const warnings: Warning[] = [];
  const warn = (warning: Warning): void => {
    warnings.push(warning);
    log?.({ level: 'warn', message: warning.message, data: { code: warning.code } });
  };
  signal.throwIfAborted();
  const output = resolve(out);
  await checkOutput(output, force);
  const source = await openSource(given, { signal, log, warn });
  const partial = join(dirname(output), `.${basename(output)}.${randomUUID()}`);
  const job: CloneJob = { source, output, partial, force, signal, warn, onProgress };
  try {
    await refuseSource(output, source);
    const plan = planClone(source, options);
    const made = await onOutput(output, () =>
      plan.kind === 'overlay' ? writeOverlay(job, plan) : writeWhole(job, plan, cloneFile),
    );
    const stats = await onOutput(output, () => stat(output));
    const occupied = allocatedBytes(stats);
    return { path: output, ...made, sizeBytes: stats.size, allocatedBytes: occupied, warnings };
  } finally {
    await rm(partial, { force: true });
    await source.close();
  }
}

async function writeWhole(
  job: CloneJob,
  plan: Extract<ClonePlan, { kind: 'whole' }>,
  cloneFile: CloneFile,
): Promise<MadeClone> {
  const { source, partial, signal } = job;
  const mode = await newFileMode(partial);
  const isReflink = await reflink(source, partial, cloneFile);
  // A reflink has the mode of its source, which is 0444 in the cache.
  if (isReflink) await chmod(partial, mode);
  const handle = await open(partial, isReflink ? 'r+' : 'wx+', mode);
  let gpt: ClonedDisk['gpt'];
  try {
    if (!isReflink) await copyData(source, handle, signal, job.onProgress);
    if (plan.sizeBytes > source.sizeBytes) await handle.truncate(plan.sizeBytes);
    if (plan.fixGpt) gpt = await moveBackupTable(handle, plan.sizeBytes);
  } finally {
    await handle.close();
  }
  await source.requireUnchanged();
  signal.throwIfAborted();
  await placeOutput(partial, job.output, job.force);
  const virtualSize = source.format === 'raw' ? plan.sizeBytes : source.virtualSize;
  const method = isReflink ? ('reflink' as const) : ('copy' as const);
  return { method, format: source.format, ...defined({ virtualSize, gpt }) };
}
