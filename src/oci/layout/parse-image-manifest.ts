import { artifactRoles } from '../../contracts/artifact-roles.ts';
import type { Digest } from '../../contracts/proof.ts';
import type { ArtifactRole } from '../../contracts/vendor.ts';
import { TransferError } from '../../errors.ts';
import { defined } from '../../kit/defined.ts';

import { algorithmOf, parseDigest } from '../../kit/digest.ts';
import { parseList, parseOptional, parseRecord, parseText } from '../../kit/records.ts';
import { maxConfigBytes, parseJson } from './config.ts';
import {
  annotations,
  type BlobDescriptor,
  type ImageLayer,
  type RegistryImage,
} from './image-manifest.ts';
import { mediaTypes } from './media-types.ts';

/** Larger than the layer of any image. */
const maxLayerBytes = 1024 ** 4;
const maxFileNameLength = 255;
const maxUrlLength = 8192;

/**
 * The image that a manifest describes. Every field is checked: throws `ERR_METADATA`, which names the wrong part, for
 * a manifest of another program, of another image, or with a field of another type. `name`: the requested image;
 * absent: any.
 */
export function parseImageManifest(
  stored: { bytes: Uint8Array; mediaType: string },
  where: string,
  name?: string,
): RegistryImage {
  if (stored.mediaType !== mediaTypes.manifest) {
    throw foreign(where, `a ${stored.mediaType.slice(0, 160)}`);
  }
  const manifest = parseJson(new TextDecoder().decode(stored.bytes), where);
  const artifact = manifest['artifactType'];
  if (artifact !== mediaTypes.artifact) {
    throw foreign(where, artifact === undefined ? 'not an artifact' : `a ${shown(artifact)}`);
  }
  const given = parseRecord(manifest['annotations'], `${where}.annotations`);
  const found = parseText(given[annotations.name], `${where}.annotations["${annotations.name}"]`);
  if (name !== undefined && found !== name) throw foreign(where, `the image ${shown(found)}`);
  const config = parseDescriptor(manifest['config'], `${where}.config`, {
    mediaType: mediaTypes.config,
    maxBytes: maxConfigBytes,
  });
  const listed = parseList(manifest['layers'], `${where}.layers`);
  const layers = listed.map((layer, index) => parseLayer(layer, `${where}.layers[${index}]`));
  const roles = new Set(layers.map(({ role }) => role));
  if (roles.size < layers.length) throw senseless(`${where}.layers`, 'two files with one role');
  return { name: found, config, layers };
}

function parseLayer(value: unknown, where: string): ImageLayer {
  const blob = parseDescriptor(value, where, {
    mediaType: mediaTypes.source,
    maxBytes: maxLayerBytes,
  });
  const given = parseRecord(parseRecord(value, where)['annotations'], `${where}.annotations`);
  const read = (key: string, longest: number): string | undefined =>
    parseOptional(given[key], `${where}.annotations["${key}"]`, (text, place) => {
      const read = parseText(text, place);
      if (read.length <= longest) return read;
      throw senseless(place, `${read.length} characters`);
    });
  const fileName = read(annotations.title, maxFileNameLength) ?? '';
  if (!/^[^/\\\0]+$/.test(fileName) || /^\.\.?$/.test(fileName)) {
    throw senseless(`${where}.annotations["${annotations.title}"]`, shown(fileName));
  }
  return defined({
    ...blob,
    role: parseRole(given[annotations.role], `${where}.annotations["${annotations.role}"]`),
    fileName,
    url: read(annotations.url, maxUrlLength),
    sha512: parseOptional(given[annotations.sha512], `${where}.sha512`, parseSum('sha512')),
  });
}

function parseDescriptor(
  value: unknown,
  where: string,
  wanted: { mediaType: string; maxBytes: number },
): BlobDescriptor {
  const blob = parseRecord(value, where);
  if (blob['mediaType'] !== wanted.mediaType) {
    throw senseless(`${where}.mediaType`, shown(blob['mediaType']));
  }
  const digest = parseSum('sha256')(blob['digest'], `${where}.digest`);
  const size = blob['size'];
  const isSize = typeof size === 'number' && Number.isSafeInteger(size) && size >= 0;
  if (!isSize || size > wanted.maxBytes) throw senseless(`${where}.size`, shown(size));
  return { digest, sizeBytes: size };
}

function parseSum(algorithm: 'sha256' | 'sha512'): (value: unknown, where: string) => Digest {
  return (value, where) => {
    const digest = parseDigest(value, where);
    if (algorithmOf(digest) === algorithm) return digest;
    throw senseless(where, `no ${algorithm}`);
  };
}

function parseRole(value: unknown, where: string): ArtifactRole {
  const role = artifactRoles.find((one) => one === value);
  if (role === undefined) throw senseless(where, shown(value));
  return role;
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 160);
}

function foreign(where: string, what: string): TransferError {
  return new TransferError({
    code: 'ERR_METADATA',
    message: `${where} is ${what}, not the image that its tag names`,
    hint: 'Remove this artifact from the registry, or use a repository of its own for images.',
    details: { field: where },
  });
}

function senseless(where: string, what: string): TransferError {
  return new TransferError({
    code: 'ERR_METADATA',
    message: `${where} is ${what}, which an image does not have`,
    hint: 'Remove this artifact from the registry; the next push writes it again.',
    details: { field: where },
  });
}
