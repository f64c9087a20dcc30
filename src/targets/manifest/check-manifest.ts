import { UsageError } from '../../errors.ts';

/** A valid manifest. */
export interface CheckedManifest {
  uuid: string;
  origin?: string;
  file: { sha1: string; size: number; compression: string };
  /** The unchanged manifest. */
  fields: Readonly<Record<string, unknown>>;
}

const uuidPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** "7.0": `YYYYMMDDTHHMMSSZ`. */
const platformPattern = /^20(?:1[2-9]|[2-9]\d)\d{4}T\d{6}Z$/;
const maxFileBytes = 20 * 1024 ** 3;
const maxTagBytes = 100 * 1024;
const types = ['zone-dataset', 'lx-dataset', 'zvol', 'docker', 'lxd', 'other'];
const systems = ['smartos', 'linux', 'windows', 'bsd', 'illumos', 'other'];
const compressions = ['gzip', 'bzip2', 'xz', 'none'];

/** Every top-level field of version 2; IMGAPI answers 422 for any other field. */
const known = [
  ...['v', 'uuid', 'owner', 'name', 'version', 'type', 'os', 'state', 'disabled', 'public'],
  ...['published_at', 'description', 'homepage', 'eula', 'files', 'nic_driver', 'disk_driver'],
  ...['cpu_type', 'image_size', 'origin', 'requirements', 'tags', 'acl', 'users', 'traits'],
  ...['billing_tags', 'generate_passwords', 'inherited_directories', 'channels', 'icon', 'urn'],
  'error',
];
const knownRequirements = [
  ...['networks', 'brand', 'ssh_key', 'min_ram', 'max_ram', 'min_platform', 'max_platform'],
  'bootrom',
];
const ofZvols = ['nic_driver', 'disk_driver', 'cpu_type', 'image_size'];

/**
 * Checks a manifest by the rules of IMGAPI and imgadm before it is sent: TritonDataCenter/node-imgmanifest,
 * lib/imgmanifest.js. `ERR_INVALID_REQUEST` names the field.
 */
export function checkManifest(given: unknown): CheckedManifest {
  const manifest = readObject('', given);
  for (const field of Object.keys(manifest)) {
    if (!known.includes(field))
      throw wrong(field, 'is not a field of a manifest; use tags instead');
  }
  if (manifest['v'] !== 2) throw wrong('v', 'must be 2');
  const uuid = readPattern('uuid', manifest['uuid'], uuidPattern, 'a UUID in small letters');
  if (manifest['owner'] !== undefined) {
    readPattern('owner', manifest['owner'], uuidPattern, 'a UUID in small letters');
  }
  readPattern('name', manifest['name'], /^[A-Za-z0-9._/ -]{1,512}$/, 'letters, digits and ._/ -');
  readPattern('version', manifest['version'], /^[A-Za-z0-9._/+-]{1,128}$/, 'a version');
  readWord('type', manifest['type'], types);
  readWord('os', manifest['os'], systems);
  checkZvolFields(manifest);
  if (manifest['requirements'] !== undefined) checkRequirements(manifest['requirements']);
  if (manifest['tags'] !== undefined) checkTags(manifest['tags']);
  const file = readFileFacts(manifest['files']);
  if (manifest['origin'] === undefined) return { uuid, file, fields: manifest };
  const origin = readPattern('origin', manifest['origin'], uuidPattern, 'a UUID in small letters');
  return { uuid, origin, file, fields: manifest };
}

function checkZvolFields(manifest: Record<string, unknown>): void {
  for (const field of ofZvols) {
    const value = manifest[field];
    if (manifest['type'] !== 'zvol') {
      if (value !== undefined) throw wrong(field, 'is for images of type zvol only');
    } else if (field === 'image_size') {
      if (!isCount(value)) throw wrong(field, 'must be a whole number of MiB');
    } else if (typeof value !== 'string' || value === '') {
      throw wrong(field, 'must be a text');
    }
  }
}

function checkRequirements(given: unknown): void {
  const requirements = readObject('requirements', given);
  for (const field of Object.keys(requirements)) {
    if (!knownRequirements.includes(field)) throw wrong(`requirements.${field}`, 'is not known');
  }
  const { networks = [], brand, bootrom, ssh_key: sshKey } = requirements;
  if (!Array.isArray(networks)) throw wrong('requirements.networks', 'must be a list');
  for (const [index, network] of networks.entries()) {
    const path = `requirements.networks[${index}]`;
    const keys = Object.keys(readObject(path, network)).sort().join();
    if (keys !== 'description,name') throw wrong(path, 'must have name and description only');
  }
  if (bootrom !== undefined) {
    readWord('requirements.bootrom', bootrom, ['bios', 'uefi']);
    if (brand !== 'bhyve') throw wrong('requirements.bootrom', 'needs the brand bhyve');
  }
  if (sshKey !== undefined && typeof sshKey !== 'boolean') {
    throw wrong('requirements.ssh_key', 'must be true or false');
  }
  for (const field of ['min_platform', 'max_platform']) {
    if (requirements[field] === undefined) continue;
    const platforms = readObject(`requirements.${field}`, requirements[field]);
    for (const [release, date] of Object.entries(platforms)) {
      readPattern(`requirements.${field}["${release}"]`, date, platformPattern, 'a platform date');
    }
  }
}

function checkTags(given: unknown): void {
  const tags = readObject('tags', given);
  for (const [name, value] of Object.entries(tags)) {
    if (['string', 'number', 'boolean'].includes(typeof value)) continue;
    throw wrong(`tags["${name}"]`, 'must be a text, a number, true or false');
  }
  if (JSON.stringify(tags).length > maxTagBytes) throw wrong('tags', 'are more than 100 KiB');
}

function readFileFacts(files: unknown): CheckedManifest['file'] {
  if (!Array.isArray(files) || files.length !== 1) throw wrong('files', 'must list one file');
  const { sha1, size, compression } = readObject('files[0]', files[0]);
  const digest = readPattern('files[0].sha1', sha1, /^[0-9a-f]{40}$/, 'a sha1 in hex');
  if (!isCount(size)) throw wrong('files[0].size', 'must be the length in bytes, and not 0');
  if (size > maxFileBytes)
    throw wrong('files[0].size', 'is more than the 20 GiB that IMGAPI takes');
  return {
    sha1: digest,
    size,
    compression: readWord('files[0].compression', compression, compressions),
  };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}

function readObject(field: string, value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return { ...value };
  }
  throw wrong(field, 'must be an object');
}

function readPattern(field: string, value: unknown, pattern: RegExp, what: string): string {
  if (typeof value === 'string' && pattern.test(value)) return value;
  throw wrong(field, `must be ${what}`);
}

function readWord(field: string, value: unknown, words: readonly string[]): string {
  if (typeof value === 'string' && words.includes(value)) return value;
  throw wrong(field, `must be one of ${words.join(', ')}`);
}

function wrong(field: string, why: string): UsageError {
  return new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: field === '' ? `the manifest ${why}` : `the manifest's ${field} ${why}`,
    hint: 'Correct the manifest, or remove it so that it is made again.',
    details: { field: field === '' ? 'manifest' : field },
  });
}
