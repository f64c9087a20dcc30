import { notFoundIn, type Signature, type VendorContext } from '../../src/kit.ts';
import { debianArchiveKeys, everyDebianKey } from '../keys/debian.ts';
import { openpgp } from '../shared/openpgp.ts';
import { unusable } from '../shared/unusable.ts';
import { findInRelease } from './inrelease.ts';

const missing = notFoundIn('debian');

/** A Debian release as the archive describes it. */
export interface DebianRelease {
  /** Major version; testing has the next one; `sid` has none. */
  number: string;
  codename: string;
  suite: string;
  /** Point release. */
  version?: string;
  /** The clear-signed document of the archive that describes it. */
  signed: URL;
}

const archive = new URL('https://ftp.debian.org/debian/dists/');

/** These suites are one major version apart, newest first. */
const numbered = ['testing', 'stable', 'oldstable', 'oldoldstable'];

/**
 * `latest`, a suite, a code name, a major version, or the current point release of one; otherwise
 * `ERR_NOT_FOUND`.
 */
export async function pickDebianRelease(
  wanted: string,
  context: VendorContext,
): Promise<DebianRelease> {
  const word = wanted.toLowerCase();
  let release: DebianRelease | undefined;
  if (/^\d+(\.\d+)*$/.test(word)) release = await findNumber(word, context);
  else if (word === 'latest') release = await findStable(context);
  else if (/^[a-z]+$/.test(word)) release = await findSuite(word, context);
  if (release !== undefined) return release;
  const known = await listDebianReleases(context);
  throw missing(
    'release',
    wanted,
    known.flatMap(({ number, codename }) => [number, codename]),
  );
}

/** The releases of the main archive, stable first. */
export async function listDebianReleases(context: VendorContext): Promise<DebianRelease[]> {
  const stable = await findStable(context);
  const others = ['oldstable', 'oldoldstable', 'testing', 'unstable'];
  const found = await Promise.all(others.map((suite) => findSuite(suite, context, stable)));
  return [stable, ...found.filter((release) => release !== undefined)];
}

async function findNumber(
  word: string,
  context: VendorContext,
): Promise<DebianRelease | undefined> {
  const [major = ''] = word.split('.');
  const stable = await findStable(context);
  const suite = numbered[Number(stable.number) - Number(major) + 1];
  if (suite === undefined) return undefined;
  const release = suite === 'stable' ? stable : await findSuite(suite, context, stable);
  if (release?.number !== major) return undefined;
  if (word === major || word === release.version) return release;
  const now = release.version ?? major;
  const hint = `Ask for ${now}, or for one build by its serial: no document lists the builds that were ${word}.`;
  throw missing('release', word, [now], hint);
}

async function findStable(context: VendorContext): Promise<DebianRelease> {
  const stable = await findSuite('stable', context);
  if (stable?.version !== undefined) return stable;
  const { url } = await context.http.get(new URL('stable/InRelease', archive), {
    signal: context.signal,
  });
  throw unusable(url, 'does not say which version is stable');
}

/** `stable` saves a request if the caller knows it already. */
async function findSuite(
  word: string,
  context: VendorContext,
  stable?: DebianRelease,
): Promise<DebianRelease | undefined> {
  const found = await findInRelease(archive, word, context);
  // Updates, backports and experimental are not releases.
  if (found === undefined || !/^[a-z]+$/.test(found.codename)) return undefined;
  const { suite, codename, version, signed } = found;
  if (version !== undefined) {
    const major = /^(\d+)(?:\.\d+)*$/.exec(version)?.[1];
    return major === undefined ? undefined : { number: major, codename, suite, version, signed };
  }
  if (suite === 'unstable') return { number: 'sid', codename, suite, signed };
  if (suite !== 'testing') return undefined;
  const { number } = stable ?? (await findStable(context));
  return { number: String(Number(number) + 1), codename, suite, signed };
}

/**
 * The signature around `InRelease` of a code name; an unknown code name may be signed with any key
 * of the archive.
 */
export function debianArchiveSignature(codename: string): Signature {
  const known = debianArchiveKeys(codename);
  return openpgp('inline', known.length > 0 ? known : everyDebianKey);
}
