import {
  type Digest,
  defined,
  parseDigest,
  parseOptional,
  parseRecord,
  parseText,
  type VendorContext,
} from '../../src/kit.ts';
import { unusable } from '../shared/unusable.ts';

/** One file of a build. */
export interface CoreosFile {
  url: URL;
  fileName: string;
  /** A detached signature over it. */
  signature: URL;
  digest: Digest;
  /** Digest of the content inside its codec. */
  inner?: Digest;
  /** The document that describes the file. */
  from: string;
}

/** What a stream or a build offers one architecture. */
export interface CoreosMachine {
  /** `44.20260905.3.0` of a platform; `undefined` if the platform is not offered. */
  versionOf(platform: string): string | undefined;
  /** `disk` of `qcow2.xz`, `kernel` of `pxe` …; `undefined` if it is not offered. */
  find(platform: string, format: string, role: string): CoreosFile | undefined;
}

const host = new URL('https://builds.coreos.fedoraproject.org/');
const versionPattern = /^\d+\.\d{8}\.\d+\.\d+$/;

/** The current content of a stream, by RPM's word for the architecture. */
export async function readCoreosStream(
  stream: string,
  { http, signal }: VendorContext,
): Promise<Map<string, CoreosMachine>> {
  const url = new URL(`streams/${stream}.json`, host);
  const json = (await http.get(url, { signal })).json();
  refuseOther(json, stream, url);
  return readMachines(json, url, {
    platforms: 'artifacts',
    formats: 'formats',
  });
}

/** One build of a stream, however old; `undefined` if the stream has no such build. */
export async function findCoreosBuild(
  stream: string,
  version: string,
  { http, signal }: VendorContext,
): Promise<Map<string, CoreosMachine> | undefined> {
  if (!versionPattern.test(version)) return undefined;
  const url = new URL(`prod/streams/${stream}/builds/${version}/release.json`, host);
  const document = await http.find(url, { signal });
  if (document === undefined) return undefined;
  const json = document.json();
  refuseOther(json, stream, url);
  const release = parseText(parseRecord(json, `${url}`)['release'], `${url}: release`);
  if (release !== version)
    throw unusable(url, `it belongs to the build ${JSON.stringify(release)}`);
  return readMachines(json, url, { platforms: 'media', formats: 'artifacts', release });
}

/**
 * A document of another stream has the same form: only its own field says which stream it
 * describes.
 */
function refuseOther(json: unknown, stream: string, url: URL): void {
  const own = parseText(parseRecord(json, `${url}`)['stream'], `${url}: stream`);
  if (own !== stream) throw unusable(url, `it belongs to the stream ${JSON.stringify(own)}`);
}

/** The builds of a stream, newest first; empty if the list is not available. */
export async function listCoreosBuilds(
  stream: string,
  { http, signal }: VendorContext,
): Promise<string[]> {
  const url = new URL(`prod/streams/${stream}/releases.json`, host);
  const rows = parseRecord((await http.find(url, { signal }))?.json() ?? {}, `${url}`)['releases'];
  const versions = Array.isArray(rows) ? rows.map((row) => Object(row)['version']) : [];
  return versions.filter((one): one is string => typeof one === 'string').reverse();
}

/**
 * Streams and builds hold the same facts under different keys; `release` is a top-level field of a
 * build.
 */
interface Shape {
  platforms: string;
  formats: string;
  release?: string;
}

function readMachines(json: unknown, from: URL, shape: Shape): Map<string, CoreosMachine> {
  const where = `${from}: architectures`;
  const machines = parseRecord(parseRecord(json, `${from}`)['architectures'], where);
  return new Map(
    Object.entries(machines).map(([word, value]) => {
      const inside = `${where}.${word}.${shape.platforms}`;
      const platforms = parseRecord(
        parseRecord(value, `${where}.${word}`)[shape.platforms],
        inside,
      );
      return [word, readMachine(platforms, inside, shape, from)];
    }),
  );
}

function readMachine(
  platforms: Record<string, unknown>,
  where: string,
  shape: Shape,
  from: URL,
): CoreosMachine {
  const platformOf = (name: string) =>
    parseOptional(platforms[name], `${where}.${name}`, parseRecord);
  return {
    versionOf(name) {
      const platform = platformOf(name);
      if (platform === undefined || shape.release !== undefined) return platform && shape.release;
      const version = parseText(platform['release'], `${where}.${name}.release`);
      if (versionPattern.test(version)) return version;
      throw unusable(`${where}.${name}.release`, `${JSON.stringify(version)} is not a build`);
    },
    find(name, format, role) {
      const inside = `${where}.${name}.${shape.formats}`;
      const formats = parseOptional(platformOf(name)?.[shape.formats], inside, parseRecord);
      const roles = parseOptional(formats?.[format], `${inside}.${format}`, parseRecord);
      const file = parseOptional(roles?.[role], `${inside}.${format}.${role}`, parseRecord);
      return file && readFile(file, `${inside}.${format}.${role}`, from);
    },
  };
}

function readFile(file: Record<string, unknown>, where: string, from: URL): CoreosFile {
  const url = parseLink(file['location'], `${where}.location`);
  const inner = parseOptional(
    file['uncompressed-sha256'],
    `${where}.uncompressed-sha256`,
    parseDigest,
  );
  return {
    url,
    fileName: url.pathname.split('/').at(-1) ?? '',
    signature: parseLink(file['signature'], `${where}.signature`),
    digest: parseDigest(file['sha256'], `${where}.sha256`),
    ...defined({ inner }),
    from: from.href,
  };
}

function parseLink(value: unknown, where: string): URL {
  const url = URL.parse(parseText(value, where));
  if (url?.protocol === 'https:') return url;
  throw unusable(where, `${JSON.stringify(value)} is not an https link`);
}
