import { type Entry, readEntry } from '../../cache/entries/read.ts';
import { rewriteRecord } from '../../cache/entries/rewrite.ts';
import { digestsOf } from '../../cache/records/source-digests.ts';
import type { BootFile, BootFiles } from '../../contracts/image.ts';
import type { ImageRequest } from '../../contracts/vendor.ts';
import { NotFoundError } from '../../errors.ts';
import { type KernelKind, kernelKinds } from '../../image/kernel.ts';
import { type Arch, arches } from '../../kit/arch.ts';
import { defined } from '../../kit/defined.ts';
import { mainDigest } from '../../lockfile/main-digest.ts';
import type { Call } from '../call.ts';
import { isSound, lookWithoutUpstream, type Obtained } from '../look.ts';
import type { Planned } from '../making.ts';
import { type Plan, planBoot } from '../plan.ts';
import { isGoodBeforeAsking } from '../trust/fits-call.ts';

/** The entries that boot a disk. */
export interface BootEntries {
  kernel: Entry;
  initrd?: Entry;
  cmdline?: string;
}

/** Kernel and initrd of a planned disk, where the call wants them: each by the same line as the disk, before it. */
export async function obtainBoot(
  { call, plan }: Planned,
  obtain: (planned: Planned) => Promise<Obtained>,
): Promise<BootEntries | undefined> {
  if (!call.options.boot) return undefined;
  const found: Partial<Record<Plan['role'], Entry>> = {};
  for (const part of planBoot(plan, call.options)) {
    found[part.role] = (await obtain({ call: forBootFile(call, part.role), plan: part })).entry;
  }
  const { kernel, initrd } = found;
  if (kernel === undefined) return undefined;
  const cmdline = plan.resolution.boot?.cmdline;
  return {
    kernel,
    ...defined({ initrd, cmdline }),
  };
}

/** Writes into the disk's record what boots it, so that a call without a request finds it. */
export async function noteBoot(
  call: Call,
  disk: Obtained,
  boot: BootEntries | undefined,
): Promise<Obtained> {
  if (boot === undefined) return disk;
  const facts = {
    ...disk.entry.record.facts,
    [kernelFact(call)]: boot.kernel.name,
    ...defined({ initrd: boot.initrd?.name, cmdline: boot.cmdline }),
  };
  return { ...disk, entry: await rewriteRecord(call.cache, disk.entry, { facts }) };
}

/** A disk of the cache that answers without upstream, with what boots it where that is asked for. */
export async function lookKept(
  call: Call,
  request: ImageRequest,
): Promise<(Obtained & { boot: BootEntries | undefined }) | undefined> {
  const entry = await lookWithoutUpstream(call, request);
  if (entry === undefined) return undefined;
  const boot = call.options.boot ? await keptBoot(call, entry) : undefined;
  if (boot !== undefined || !call.options.boot) return { entry, origin: 'cache', boot };
  if (!call.options.offline) return undefined;
  throw new NotFoundError({
    code: 'ERR_OFFLINE_MISS',
    message: `the kernel of ${entry.name} is not in the cache`,
    hint: 'Call once without offline.',
    details: { vendor: request.vendor, field: 'boot', cacheDir: call.cache.cacheDir },
  });
}

/** What an earlier call noted, where it is all still there and as trusted as this call demands. */
export async function keptBoot(call: Call, disk: Entry): Promise<BootEntries | undefined> {
  const { [kernelFact(call)]: kernelName, initrd: initrdName, cmdline } = disk.record.facts;
  if (kernelName === undefined) return undefined;
  const kernel = await readEntry(call.cache, kernelName);
  const initrd = initrdName === undefined ? undefined : await readEntry(call.cache, initrdName);
  if (kernel === undefined || (initrd === undefined && initrdName !== undefined)) return undefined;
  if (!(await isKeptGood(forBootFile(call, 'kernel'), kernel))) return undefined;
  if (initrd !== undefined && !(await isKeptGood(forBootFile(call, 'initrd'), initrd))) {
    return undefined;
  }
  return {
    kernel,
    ...defined({ initrd, cmdline }),
  };
}

async function isKeptGood(call: Call, entry: Entry): Promise<boolean> {
  return (await isGoodBeforeAsking(call, entry)) && (await isSound(call, entry));
}

/** The same for the caller. */
export function toBootFiles(
  { kernel, initrd, cmdline }: BootEntries,
  { locked }: Pick<Call, 'locked'>,
): BootFiles {
  const { kernelKind, kernelArch } = kernel.record.facts;
  const kind: KernelKind = kernelKinds.find((word) => word === kernelKind) ?? 'unknown';
  const arch: Arch | undefined = arches.find((word) => word === kernelArch);
  const toFile = (entry: Entry): BootFile => toBootFile(entry, locked !== undefined);
  return {
    kernel: { ...toFile(kernel), kind, ...defined({ arch }) },
    ...defined({ initrd: initrd && toFile(initrd), cmdline }),
  };
}

function toBootFile({ path, record }: Entry, isLocked: boolean): BootFile {
  const { source, disk, trust } = record;
  return {
    path,
    sizeBytes: disk.sizeBytes,
    url: source.url,
    digests: digestsOf(source),
    level: isLocked ? 'pinned' : trust.level,
  };
}

/** The caller's digest and wish for the download are about the disk; a lock file has digests of its own for each file. */
export function forBootFile(call: Call, role: Plan['role']): Call {
  const pins = call.locked?.digests[role] ?? [];
  const options = { ...call.options, digest: mainDigest(pins), pins, keepSource: false };
  return { ...call, options };
}

function kernelFact({ options }: Call): string {
  return options.kernelFormat === 'raw' ? 'kernel-raw' : 'kernel';
}
