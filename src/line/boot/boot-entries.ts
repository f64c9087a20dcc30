import { openCache } from '../../cache/cache-folder.ts';
import { type Entry, readEntry } from '../../cache/entries/read.ts';
import { rewriteRecord } from '../../cache/entries/rewrite.ts';
import { digestsOf } from '../../cache/records/source-digests.ts';
import { type Arch, arches } from '../../contracts/arch.ts';
import type { BootFile, BootFiles } from '../../contracts/image.ts';
import { type KernelKind, kernelKinds } from '../../contracts/kernel-kinds.ts';
import type { TrustLevel } from '../../contracts/proof.ts';
import type { ImageRequest } from '../../contracts/vendor.ts';
import { NotFoundError } from '../../errors.ts';
import { defined } from '../../kit/defined.ts';
import { mainDigest } from '../../kit/digest.ts';
import type { Call } from '../call.ts';
import { isSound, lookWithoutUpstream, type Obtained } from '../look.ts';
import type { Planned } from '../making.ts';
import { type Plan, planBoot } from '../plan.ts';
import { planRecorded } from '../repair/recorded.ts';
import { isGoodBeforeAsking } from '../trust/fits-call.ts';
import { waitForName } from '../wait.ts';
import type { BootSet } from './boot-set.ts';
import { diskFacts, keptFromDisk, readFromDisk } from './read-from-disk.ts';

/** The kernel and initrd that the vendor publishes for a planned disk, if the call wants them. */
export async function obtainPublished(
  { call, plan }: Planned,
  obtain: (planned: Planned) => Promise<Obtained>,
): Promise<BootSet | undefined> {
  if (call.options.boot !== true) return undefined;
  const found: Partial<Record<Plan['role'], Entry>> = {};
  for (const part of planBoot(plan, call.options)) {
    found[part.role] = (await obtain({ call: forBootFile(call, part.role), plan: part })).entry;
  }
  const { kernel, initrd } = found;
  if (kernel === undefined) return undefined;
  const cmdline = plan.resolution.boot?.cmdline;
  return { from: 'vendor', kernel, ...defined({ initrd, cmdline }) };
}

/** Writes the boot files into the disk's record, so that a call without a request finds them. */
export async function noteBoot(
  call: Call,
  disk: Obtained,
  boot: BootSet | undefined,
): Promise<Obtained> {
  if (boot === undefined) return disk;
  const published = {
    [kernelFact(call)]: boot.kernel.name,
    ...defined({ initrd: boot.initrd?.name, cmdline: boot.cmdline }),
  };
  const noted = boot.from === 'disk' ? diskFacts(call, boot) : published;
  const facts = { ...disk.entry.record.facts, ...noted };
  return { ...disk, entry: await rewriteRecord(call.cache, disk.entry, { facts }) };
}

/** A cached disk that answers without upstream, with its boot files if they are wanted. */
export async function lookKept(
  call: Call,
  request: ImageRequest,
): Promise<(Obtained & { boot: BootSet | undefined }) | undefined> {
  const entry = await lookWithoutUpstream(call, request);
  if (entry === undefined) return undefined;
  const boot = call.options.boot ? await lookForBoot(call, entry) : undefined;
  if (boot !== undefined || !call.options.boot) return { entry, origin: 'cache', boot };
  if (!call.options.offline) return undefined;
  throw new NotFoundError({
    code: 'ERR_OFFLINE_MISS',
    message: `the kernel of ${entry.name} is not in the cache`,
    hint: 'Call once without offline (--offline).',
    details: { vendor: request.vendor, field: 'boot', cacheDir: call.cache.cacheDir },
  });
}

/**
 * Finds the boot files of a cached disk. Offline, missing files that were read from the disk are read from it again.
 */
async function lookForBoot(call: Call, disk: Entry): Promise<BootSet | undefined> {
  const kept = await keptBoot(call, disk);
  if (kept !== undefined || !call.options.offline || !isOnDisk(call, disk)) return kept;
  const { log } = call.options;
  const cache = await openCache(call.cache.cacheDir, { log, warn: call.warn });
  if (!cache.writable || !URL.canParse(disk.record.source.url)) return undefined;
  const plan = planRecorded(disk.record, new URL(disk.record.source.url), []);
  const writing: Call = { ...call, cache };
  return await waitForName(writing, disk.name, async () => {
    const boot = await readFromDisk({ call: writing, plan }, disk);
    await noteBoot(writing, { entry: disk, origin: 'cache' }, boot);
    return boot;
  });
}

/**
 * True if the boot files are those on the disk: the caller says so, or an earlier call found that the vendor
 * publishes none.
 */
function isOnDisk({ options }: Call, { record }: Entry): boolean {
  return options.boot === 'disk' || record.facts['boot-from'] === 'disk';
}

/**
 * The boot files that an earlier call noted, if all of them still exist and reach the trust that this call requires.
 */
export async function keptBoot(call: Call, disk: Entry): Promise<BootSet | undefined> {
  const published = call.options.boot === 'disk' ? undefined : await keptPublished(call, disk);
  if (published !== undefined || !isOnDisk(call, disk)) return published;
  return await keptFromDisk(call, disk);
}

async function keptPublished(call: Call, disk: Entry): Promise<BootSet | undefined> {
  const { [kernelFact(call)]: kernelName, initrd: initrdName, cmdline } = disk.record.facts;
  if (kernelName === undefined) return undefined;
  const kernel = await readEntry(call.cache, kernelName);
  const initrd = initrdName === undefined ? undefined : await readEntry(call.cache, initrdName);
  if (kernel === undefined || (initrd === undefined && initrdName !== undefined)) return undefined;
  if (!(await isKeptGood(forBootFile(call, 'kernel'), kernel))) return undefined;
  if (initrd !== undefined && !(await isKeptGood(forBootFile(call, 'initrd'), initrd))) {
    return undefined;
  }
  return { from: 'vendor', kernel, ...defined({ initrd, cmdline }) };
}

async function isKeptGood(call: Call, entry: Entry): Promise<boolean> {
  return (await isGoodBeforeAsking(call, entry)) && (await isSound(call, entry));
}

/** The boot files in the form that the caller gets. */
export function toBootFiles(
  { from, kernel, initrd, cmdline }: BootSet,
  { locked }: Pick<Call, 'locked'>,
  diskLevel: TrustLevel,
): BootFiles {
  const { kernelKind, kernelArch } = kernel.record.facts;
  const kind: KernelKind = kernelKinds.find((word) => word === kernelKind) ?? 'unknown';
  const arch: Arch | undefined = arches.find((word) => word === kernelArch);
  const toFile = (entry: Entry): BootFile => {
    if (from === 'disk') return toBootFile(entry, diskLevel);
    return toBootFile(entry, locked === undefined ? entry.record.trust.level : 'pinned');
  };
  return {
    from,
    kernel: { ...toFile(kernel), kind, ...defined({ arch }) },
    ...defined({ initrd: initrd && toFile(initrd), cmdline }),
  };
}

function toBootFile({ path, record }: Entry, level: TrustLevel): BootFile {
  const { source, disk, facts } = record;
  const files = facts['files']?.split('\n').map((line) => line.slice(line.indexOf(' ') + 1));
  return {
    path,
    sizeBytes: disk.sizeBytes,
    url: source.url,
    digests: digestsOf(source),
    level,
    ...defined({ files }),
  };
}

/** The caller's digest and download options are for the disk; a lock file has a separate digest for each file. */
export function forBootFile(call: Call, role: Plan['role']): Call {
  const pins = call.locked?.digests[role] ?? [];
  const options = { ...call.options, digest: mainDigest(pins), pins, keepSource: false };
  return { ...call, options };
}

function kernelFact({ options }: Call): string {
  return options.kernelFormat === 'raw' ? 'kernel-raw' : 'kernel';
}
