import { readBundleCatalog } from '../bundles/read-catalog.ts';
import { storedParameters } from '../cache/names/stored-parameters.ts';
import type { ImageRequest, Resolution, Vendor } from '../contracts/vendor.ts';
import { NotFoundError } from '../errors.ts';
import { defined } from '../kit/defined.ts';
import { callPlugin } from '../parts/call-plugin.ts';
import { checkLayers } from '../parts/check-layers.ts';
import { checkResolution } from '../parts/check-resolution.ts';
import { parseReference } from '../parts/reference.ts';
import { unknownVendor } from '../parts/unknown-vendor.ts';
import type { Call } from './call.ts';
import type { Locked } from './locked/locked.ts';
import { requestLocked, resolveLocked } from './locked/resolve-locked.ts';
import { type OwnSource, requestOwn, resolveOwn } from './own-source.ts';
import { trace } from './trace.ts';
import { preferDigest } from './trust/prefer-digest.ts';

/** A request, and the caller's own source if the reference is one. */
export interface Asked {
  request: ImageRequest;
  own?: OwnSource;
}

/** Parses a reference; throws `ERR_UNKNOWN_VENDOR`, which lists the existing vendors, for an unknown one. */
export function parseRequest(call: Call, text: string): Asked {
  const { options, parts, locked } = call;
  if (locked !== undefined) return { request: requestLocked(locked, call) };
  const reference = parseReference(text);
  if (reference.kind !== 'vendor') {
    return { request: requestOwn(reference, call), own: reference };
  }
  if (!parts.vendors.has(reference.vendor))
    throw unknownVendor(reference.vendor, parts.vendors.keys());
  const parameters = Object.keys(options.parameters).length > 0;
  return {
    request: {
      vendor: reference.vendor,
      release: reference.release,
      arch: options.arch,
      ...defined({ variant: options.variant, snapshot: reference.snapshot }),
      ...defined({ parameters: parameters ? options.parameters : undefined }),
    },
  };
}

/** Asks the vendor what the request means now. Reads only small documents. */
export function resolveRequest(
  call: Call,
  asked: Asked,
  followsBootOf = true,
): Promise<Resolution> {
  const { request, own } = asked;
  call.progress.stage('resolve', `resolving ${own?.url.host || request.vendor} ${request.release}`);
  const parameters = request.parameters && storedParameters(request.parameters);
  const traced = { request: { ...request, ...defined({ parameters }) } };
  return trace(call, 'resolve', traced, async () => {
    if (own !== undefined) return resolveOwn(own, request, call);
    if (call.locked !== undefined) return resolvePinned(call, call.locked);
    const vendor = call.parts.vendors.get(request.vendor);
    if (vendor === undefined) throw unknownVendor(request.vendor, call.parts.vendors.keys());
    const bundles = await readBundleCatalog(call.options.bundles);
    const answer = await callPlugin(vendor.id, 'resolve', call.signal, () => {
      const { log, now } = call.options;
      const boot = call.options.boot === true;
      const { metadata: http, signal } = call;
      return vendor.resolve(request, { http, signal, log, now, boot, bundles });
    });
    checkResolution(vendor.id, answer);
    const resolution = followsBootOf ? await takeBootOf(call, answer) : answer;
    checkLayers(vendor.id, resolution, call.parts.formats);
    warnAbout(call, vendor.title, resolution);
    const { from } = call.options;
    if (from.length > 0) resolution.disk = pickByLayers(vendor, resolution, from);
    return await preferDigest(call, resolution);
  });
}

/** Adds the kernel and initrd of another image if the vendor names one and boot files are wanted. */
async function takeBootOf(call: Call, resolution: Resolution): Promise<Resolution> {
  const { bootOf, ...facts } = resolution;
  if (bootOf === undefined || facts.boot !== undefined || call.options.boot !== true) {
    return resolution;
  }
  const { reference, cmdline } = bootOf;
  // The variant and parameters of the call are for the disk.
  const options = { ...call.options, variant: undefined, parameters: {}, from: [] };
  const other: Call = { ...call, options };
  const { boot } = await resolveRequest(other, parseRequest(other, reference), false);
  if (boot === undefined) return resolution;
  return { ...facts, boot: { ...boot, ...defined({ cmdline }) } };
}

/** The locked build; the warning about an end of support names the vendor's title if the vendor is available. */
function resolvePinned(call: Call, locked: Locked): Resolution {
  const { alias } = locked.entry;
  const resolution = resolveLocked(locked);
  const { vendor } = requestLocked(locked, call);
  warnAbout(call, call.parts.vendors.get(vendor)?.title ?? alias, resolution);
  const { from } = call.options;
  if (from.length === 0) return resolution;
  return { ...resolution, disk: pickByLayers({ id: alias, title: alias }, resolution, from) };
}

function warnAbout(call: Call, title: string, resolution: Resolution): void {
  for (const warning of resolution.warnings ?? []) call.warn(warning);
  const eol = resolution.guest?.eol;
  if (eol === undefined || Date.parse(eol) > call.options.now.getTime()) return;
  const message = `${title} ${resolution.release} reached its end of life on ${eol}`;
  call.warn({ code: 'end-of-life', message });
}

/** The files with these layers; a file with unknown layers is checked after its bytes arrived. */
function pickByLayers(
  { id, title }: Pick<Vendor, 'id' | 'title'>,
  { disk }: Resolution,
  from: readonly string[],
): Resolution['disk'] {
  const found = disk
    .map((file) => (file.layers.length === 0 ? { ...file, layers: [...from] } : file))
    .filter(({ layers }) => from.every((layer, i) => layers[i] === layer));
  if (found.length > 0) return found;
  const offered = disk.map(({ layers }) => layers.join('>')).join(', ');
  throw new NotFoundError({
    code: 'ERR_NOT_FOUND',
    message: `${title} offers no disk as ${from.join('>')}, only as ${offered}`,
    hint: 'Leave out from (--from), or name layers that are offered.',
    details: { vendor: id, field: 'from', value: from.join('>') },
  });
}
