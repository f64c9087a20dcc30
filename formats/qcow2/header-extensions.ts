import { viewOf } from '../../src/kit.ts';
import { refuseQcow2 } from './file-offset.ts';

const featureNames = 0x6803f857;
const featureNameBytes = 48;

interface HeaderExtension {
  type: number;
  data: Uint8Array;
}

/**
 * Walks the extensions of the header from `start`; a reader may ignore unknown ones. Throws if one of them extends past
 * the first cluster, or past the end of the file.
 */
export function checkExtensions(cluster: Uint8Array, start: number, clusterBytes: number): void {
  for (const extension of extensions(cluster, start, clusterBytes)) void extension;
}

/** The name that the image itself gives to an incompatible feature; untrusted text; `undefined` if it has none. */
export function nameFeature(
  cluster: Uint8Array,
  start: number,
  clusterBytes: number,
  bit: number,
): string | undefined {
  try {
    for (const { type, data } of extensions(cluster, start, clusterBytes)) {
      if (type !== featureNames) continue;
      for (let at = 0; at + featureNameBytes <= data.length; at += featureNameBytes) {
        if (data[at] === 0 && data[at + 1] === bit) return text(data, at + 2, featureNameBytes - 2);
      }
    }
  } catch {
    // The unknown feature is refused in any case; only its name is missing.
  }
  return undefined;
}

// A list without an end marker is valid when it fills the cluster exactly.
function* extensions(
  cluster: Uint8Array,
  start: number,
  clusterBytes: number,
): Generator<HeaderExtension> {
  const view = viewOf(cluster);
  for (let at = start; at < clusterBytes; ) {
    if (at + 8 > clusterBytes) throw overrun(at);
    if (at + 8 > cluster.length) throw cut(at);
    const type = view.getUint32(at);
    const length = view.getUint32(at + 4);
    if (type === 0) return;
    if (length > clusterBytes - at - 8) throw overrun(at);
    if (length > cluster.length - at - 8) throw cut(at);
    yield { type, data: cluster.subarray(at + 8, at + 8 + length) };
    at += 8 + Math.ceil(length / 8) * 8;
  }
}

function text(bytes: Uint8Array, from: number, length: number): string {
  let result = '';
  for (const byte of bytes.subarray(from, from + length)) {
    if (byte === 0) break;
    result += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '?';
  }
  return result;
}

function overrun(offset: number): Error {
  return refuseQcow2('corrupt-header', 'a header extension reaches past the first cluster', {
    offset,
  });
}

function cut(offset: number): Error {
  return refuseQcow2('truncated', 'the file ends inside the header extensions', { offset });
}
