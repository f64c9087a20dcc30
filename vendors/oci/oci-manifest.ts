import { type Arch, notFoundIn, type VendorContext, type Warning } from '../../src/kit.ts';
import { unusable } from '../shared/unusable.ts';
import { type FoundManifest, findBlob, findManifest } from './find-manifest.ts';
import {
  type OciDescriptor,
  parseOciDescriptor,
  parseOciDescriptors,
  parsePlatform,
} from './oci-descriptor.ts';
import type { RegistryName } from './registry-name.ts';

const missing = notFoundIn('oci');

/** The manifest of one architecture. */
export interface OciManifest {
  document: FoundManifest;
  artifactType: string;
  config: OciDescriptor;
  layers: OciDescriptor[];
  warnings: Warning[];
}

/** The manifest under the tag or digest: the manifest itself, or the one of this architecture in an index. */
export async function readImageManifest(
  name: RegistryName,
  named: FoundManifest,
  arch: Arch,
  context: VendorContext,
): Promise<OciManifest> {
  const { where, content } = named;
  if (content['manifests'] === undefined) {
    return checkArch(name, parseManifest(named), arch, context);
  }
  const entries = parseOciDescriptors(content['manifests'], `${where}: manifests`).filter(isImage);
  const entry = pickEntry(entries, arch);
  if (entry === undefined) {
    throw missing('arch', arch, entries.map(({ platform }) => platform?.arch).filter(isGiven));
  }
  const document = await findManifest(name, entry.digest, context);
  if (document === undefined) throw unusable(where, `its ${entry.digest} is missing`);
  const manifest = parseManifest(document);
  return entry.platform === undefined ? checkArch(name, manifest, arch, context) : manifest;
}

function parseManifest(document: FoundManifest): OciManifest {
  const { where, content } = document;
  if (content['schemaVersion'] !== 2) throw unusable(where, 'it is not a manifest of version 2');
  const config = parseOciDescriptor(content['config'], `${where}: config`);
  const layers = parseOciDescriptors(content['layers'], `${where}: layers`);
  const { artifactType } = content;
  const type = typeof artifactType === 'string' ? artifactType : config.mediaType;
  return { document, artifactType: type, config, layers, warnings: [] };
}

/** The index of an image also holds attestations and other additions, which have no platform. */
function isImage({ platform, artifactType, annotations }: OciDescriptor): boolean {
  const isOfNone = platform !== undefined && platform.arch === undefined;
  return !isOfNone && artifactType === undefined && !annotations['vnd.docker.reference.type'];
}

/** An entry without a platform is used only if it is the single one. */
function pickEntry(entries: readonly OciDescriptor[], arch: Arch): OciDescriptor | undefined {
  const own = entries.filter(({ platform }) => platform?.arch === arch);
  const [only, ...others] = entries;
  if (own.length === 0 && others.length === 0 && only?.platform === undefined) return only;
  // A build for every machine of the architecture comes before builds for newer machines.
  const plain = arch === 'arm64' ? [undefined, 'v8'] : [undefined];
  return own.find(({ platform }) => plain.includes(platform?.variant)) ?? own[0];
}

const imageConfigs = [
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
];

/** A manifest outside an index gives its architecture in its config, if at all. */
async function checkArch(
  name: RegistryName,
  manifest: OciManifest,
  arch: Arch,
  context: VendorContext,
): Promise<OciManifest> {
  const { config, document } = manifest;
  const found = imageConfigs.includes(config.mediaType)
    ? await findBlob(name, config.digest, context)
    : undefined;
  const own = found && parsePlatform(found.json(), `${found.url.href}`).arch;
  if (own !== undefined && own !== arch) throw missing('arch', arch, [own]);
  if (own !== undefined) return manifest;
  const message = `${document.where} does not state its architecture; ${arch} was requested`;
  return { ...manifest, warnings: [{ code: 'arch-unknown', message }] };
}

function isGiven<T>(value: T | undefined): value is T {
  return value !== undefined;
}
