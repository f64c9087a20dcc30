import { join, resolve } from 'node:path';
import { defaultCacheDir, openCache } from '../cache/cache-folder.ts';
import { readEntry } from '../cache/entries/read.ts';
import type { EnsuredImage, ImageIdentity, ImageTrust } from '../contracts/image.ts';
import type { EnsureOptions } from '../contracts/options.ts';
import type { Digest } from '../contracts/proof.ts';
import type { ImageReference } from '../contracts/reference.ts';
import type { DeliveryDisk, DeliveryImage, Target, TargetContext } from '../contracts/target.ts';
import type { GuestFacts } from '../contracts/vendor.ts';
import { bindEnsureImage } from '../ensure-image.ts';
import { UsageError } from '../errors.ts';
import { parseArch } from '../kit/arch.ts';
import { defined } from '../kit/defined.ts';
import { algorithmOf, hexOf } from '../kit/digest.ts';
import { hasDoubtfulPassword, shownText } from '../kit/public-url.ts';
import type { BoundParts } from '../parts/bind.ts';
import { callPlugin, pluginFailure } from '../parts/call-plugin.ts';
import { checkOptions } from '../parts/check-options.ts';
import { optionKinds } from '../parts/option-kinds.ts';
import { safeListeners } from '../parts/safe-listener.ts';
import { familyOf } from '../targets/manifest/names.ts';
import { imageUuid, type UuidNamespace, uuidNamespaces } from '../targets/manifest/uuid.ts';
import { bindResolveImage, type ResolvedImage } from './resolve-image.ts';

/** Options of `deliverImage`: the destination of the image, and how to get it. */
export interface DeliverOptions
  extends Omit<EnsureOptions, 'format' | 'boot' | 'kernelFormat' | 'keepSource'> {
  /** Id of a target: `file`, `imgadm` (or `smartos`), `imgapi`, `zvol`, or one of `targets`. */
  to: 'file' | 'imgadm' | 'smartos' | 'imgapi' | 'zvol' | (string & {});
  /** Parent of the new ZFS datasets; default on SmartOS: `zones`, and in a zone its delegated dataset. */
  dataset?: string | undefined;
  /** Folder for files; default: `deliver/<vendor>-<series>` below `cacheDir`. */
  outputDir?: string | undefined;
  /** Address of the server. */
  url?: string | URL | undefined;
  /** Only plan: transfer no image byte and write nothing. */
  dryRun?: boolean | undefined;
  /** Method that derives the UUID: `rootdisk` (default) or `triton`. */
  uuidNamespace?: UuidNamespace | undefined;
}

/** The result of a delivery, or of a plan. */
export interface DeliveredImage extends ImageIdentity {
  /** Id of the target. */
  to: string;
  /** False for a plan. */
  delivered: boolean;
  /** Why this machine could only plan. */
  reason?: string;
  /** True if the target already had it. */
  already: boolean;
  /** Absent in a plan while the sha256 of the published file is unknown. */
  uuid?: string;
  /** Upstream address of the image. */
  url: string;
  trust: ImageTrust;
  /** The steps of the target, in order. */
  steps: readonly string[];
  manifest?: object;
  /** Absolute paths of the written files. */
  files: readonly string[];
}

export type DeliverImage = (
  reference: ImageReference | URL,
  options: DeliverOptions,
) => Promise<DeliveredImage>;

/** `deliverImage` for the given parts, with the targets of this package. */
export function bindDeliverImage(parts: BoundParts): DeliverImage {
  return async (reference, given) => {
    checkOptions(given, optionKinds.deliverImage, ['to']);
    const { to, dataset, outputDir, url, dryRun, uuidNamespace, ...asked } = safeListeners(given);
    // Few programs deliver images: only these load the targets.
    const { file, imgadm, imgapi, zvol } = await import('../targets/index.ts');
    const target = pickTarget([file, imgadm, imgapi, zvol, ...parts.targets], to);
    const context = readContext(given, asked);
    const namespace = readNamespace(uuidNamespace);
    const arch = chooseArch(target, asked.arch);
    const options: EnsureOptions = { ...asked, arch, format: 'raw', boot: false };
    const { signal } = context;
    const reason = await callPlugin(target.id, 'check', signal, () => target.check(context));

    if ((context.dryRun || reason !== undefined) && options.offline !== true) {
      const resolved = await bindResolveImage(parts)(reference, options);
      const image = await describePlanned(resolved, context.cacheDir, namespace);
      const plan = await callPlugin(target.id, 'plan', signal, () => target.plan(image, context));
      const { trust } = resolved;
      return { ...toDelivered(target, image, trust), ...plan, ...defined({ reason }) };
    }

    const ensured = await bindEnsureImage(parts)(reference, options);
    try {
      const disk = describeDisk(ensured, namespace);
      const plan = await callPlugin(target.id, 'plan', signal, () => target.plan(disk, context));
      const told = { ...toDelivered(target, disk, ensured.trust), ...plan, ...defined({ reason }) };
      if (context.dryRun || reason !== undefined) return told;
      // The call waits after an abort, because the target first undoes its steps.
      const {
        files = [],
        already = false,
        manifest,
      } = await target.deliver(disk, context).catch((error: unknown) => {
        throw pluginFailure(error, target.id, 'deliver', signal);
      });
      return { ...told, delivered: true, already, files, ...defined({ manifest }) };
    } finally {
      await ensured.dispose();
    }
  };
}

function toDelivered(
  { id }: Target,
  image: DeliveryImage,
  trust: ImageTrust,
): Omit<DeliveredImage, 'steps' | 'manifest'> {
  const { digests: _, guest: _guest, virtualSize: _size, ...facts } = image;
  return { ...facts, to: id, delivered: false, already: false, trust, files: [] };
}

function pickTarget(targets: readonly Target[], to: string): Target {
  const id = to === 'smartos' ? 'imgadm' : to;
  const found = targets.find((target) => target.id === id);
  if (found !== undefined) return found;
  const known = targets.map((target) => target.id);
  throw new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `there is no target ${JSON.stringify(to)}`,
    hint: `Use one of: ${known.join(', ')}.`,
    details: { field: 'to', value: to, known },
  });
}

function readContext(
  { dataset, outputDir, url, dryRun = false }: DeliverOptions,
  asked: Omit<EnsureOptions, 'format'>,
): TargetContext {
  const cacheDir = resolve(asked.cacheDir ?? defaultCacheDir());
  const named = outputDir === undefined ? undefined : resolve(outputDir);
  const { ca = [], now = new Date(), signal = new AbortController().signal } = asked;
  const { log = () => undefined, onProgress } = asked;
  signal.throwIfAborted();
  return {
    ...defined({ dataset, url: url === undefined ? undefined : readUrl(url), outputDir: named }),
    dryRun,
    outputDirOf: (image) => named ?? join(cacheDir, 'deliver', familyOf(image)),
    cacheDir,
    ca: [ca].flat(),
    now,
    signal,
    log,
    tell(message) {
      log({ level: 'info', message });
      onProgress?.({ type: 'stage', stage: 'publish', message });
    },
  };
}

function readUrl(given: string | URL): URL {
  const url = URL.parse(String(given));
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:';
  if (url !== null && isWeb && !hasDoubtfulPassword(String(given))) return url;
  throw new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `${JSON.stringify(shownText(String(given)))} is not an http or https address`,
    hint: 'Give the address of the server with url (--url).',
    details: { field: 'url' },
  });
}

function readNamespace(given: string | undefined): UuidNamespace {
  const found = uuidNamespaces.find((one) => one === (given ?? 'rootdisk'));
  if (found !== undefined) return found;
  throw new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `uuidNamespace (--uuid-namespace) must be one of ${uuidNamespaces.join(', ')}`,
    hint: 'Correct the option and call again.',
    details: { field: 'uuidNamespace', value: String(given), known: [...uuidNamespaces] },
  });
}

/** The default is the target's own architecture, because its machines are not this one. */
function chooseArch({ id, arches = [] }: Target, given: string | undefined): string | undefined {
  if (given === undefined) return arches[0];
  const arch = parseArch(given);
  if (arch === undefined || arches.length === 0 || arches.includes(arch)) return given;
  throw new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `the target ${id} takes images for ${arches.join(', ')}, not for ${arch}`,
    hint: 'Give another architecture with arch (--arch).',
    details: { field: 'arch', value: arch, known: [...arches] },
  });
}

/** The facts known before the download, with those of the cache if it has that disk. */
async function describePlanned(
  { identity, url, digests, guest, cacheName }: ResolvedImage,
  cacheDir: string,
  namespace: UuidNamespace,
): Promise<DeliveryImage> {
  const cache = await openCache(cacheDir, { readOnly: true });
  const record = (await readEntry(cache, cacheName))?.record;
  const sha256 = record?.source.sha256 ?? sha256Of(digests);
  const { virtualSize } = record?.disk ?? {};
  const uuid = sha256 === undefined ? undefined : imageUuid(sha256, namespace);
  return { ...identity, url, digests, ...defined({ guest, virtualSize, uuid }) };
}

function describeDisk(image: EnsuredImage, namespace: UuidNamespace): DeliveryDisk {
  const { vendor, release, codename, version, variant, arch, snapshot } = image;
  const { url, digests, guest, path, virtualSize, uuid } = image;
  const sha256 = sha256Of(digests);
  const facts: { codename?: string; version?: string; guest?: GuestFacts } = defined({
    codename,
    version,
    guest,
  });
  return {
    ...{ vendor, release, variant, arch, snapshot, url, digests, path, virtualSize },
    ...facts,
    uuid: sha256 === undefined ? uuid : imageUuid(sha256, namespace),
  };
}

function sha256Of(digests: readonly Digest[]): string | undefined {
  const found = digests.find((digest) => algorithmOf(digest) === 'sha256');
  return found && hexOf(found);
}
