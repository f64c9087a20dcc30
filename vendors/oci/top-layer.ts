import { constants, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { type DecodeError, publicUrl, refuse, type VendorContext } from '../../src/kit.ts';
import { findBlob } from './find-manifest.ts';
import type { OciDescriptor } from './oci-descriptor.ts';
import type { RegistryName } from './registry-name.ts';

/** A layer up to this length is read whole, and its digest is checked. */
const wholeBytes = 1024 * 1024;
/** The part of a longer layer that is read: a folder of disks begins with its disk. */
const headBytes = 64 * 1024;
const maxUnpacked = 128 * 1024 * 1024;
const blockBytes = 512;

/**
 * The topmost layer with a folder `disk`. A layer above it is skipped only after all of it was read with the right
 * digest: a false beginning of a layer, sent by the registry, can then cause an error but never select another disk.
 */
export async function findTopLayer(
  name: RegistryName,
  layers: readonly OciDescriptor[],
  context: VendorContext,
): Promise<OciDescriptor | undefined> {
  for (const layer of layers.toReversed()) {
    const names = await readNames(name, layer, context);
    if (names.some((one) => one === '.wh.disk')) throw unclear(layer, 'deletes the folder disk');
    if (names.some((one) => one.startsWith('disk/'))) return layer;
    if (layer.sizeBytes > wholeBytes) {
      throw unclear(layer, 'does not begin with the folder disk, and is too long to be searched');
    }
  }
  return undefined;
}

async function readNames(
  name: RegistryName,
  { digest, sizeBytes, mediaType }: OciDescriptor,
  context: VendorContext,
): Promise<string[]> {
  const { http, signal } = context;
  const url = new URL(`blobs/${digest}`, name.base);
  const isWhole = sizeBytes <= wholeBytes;
  const document = isWhole
    ? await findBlob(name, digest, context)
    : await http.find(url, { signal, headBytes });
  if (document === undefined) return [];
  try {
    return listNames(unpack(document.bytes, mediaType));
  } catch (cause) {
    throw refuse('corrupt-data', `${publicUrl(url)} cannot be unpacked`, { cause });
  }
}

/** Unpacks as much as the bytes allow. */
function unpack(bytes: Uint8Array, mediaType: string): Uint8Array {
  const maxOutputLength = maxUnpacked;
  if (mediaType.endsWith('gzip')) {
    return gunzipSync(bytes, { maxOutputLength, finishFlush: constants.Z_SYNC_FLUSH });
  }
  if (mediaType.endsWith('zstd')) {
    return zstdDecompressSync(bytes, { maxOutputLength, finishFlush: constants.ZSTD_e_flush });
  }
  return bytes;
}

/**
 * The names in a tar archive without `./`, up to the end of the bytes. Only for this choice: the decoder parses the
 * archive strictly.
 */
function listNames(bytes: Uint8Array): string[] {
  const names: string[] = [];
  const text = (start: number, end: number): string =>
    Buffer.from(bytes.subarray(start, end)).toString('latin1').replace(/\0.*$/s, '');
  for (let at = 0; at + blockBytes <= bytes.length; ) {
    const sizeBytes = Number.parseInt(text(at + 124, at + 136), 8);
    if (!Number.isSafeInteger(sizeBytes)) break;
    const name = text(at, at + 100).replace(/^(?:\.?\/)+/, '');
    if (name !== '') names.push(name);
    at += blockBytes + Math.ceil(sizeBytes / blockBytes) * blockBytes;
  }
  return names;
}

function unclear({ digest }: OciDescriptor, what: string): DecodeError {
  return refuse('unsupported-variant', `the layer ${digest} ${what}`, {
    hint: 'Ask for an image whose disk is in one layer of its own, the last one.',
  });
}
