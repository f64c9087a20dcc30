import {
  type Arch,
  defined,
  defineVendor,
  type GuestFacts,
  type ImageRequest,
  type Listing,
  type NotFoundError,
  notFoundIn,
  type Proof,
  type Resolution,
  type Vendor,
  type VendorContext,
  type Warning,
} from '../src/kit.ts';
import { findCurrentTemplate, findNewestTemplate, oracleMajors } from './oracle/current.ts';
import { findUnlistedTemplate, type OracleTemplate } from './oracle/templates.ts';
import { refuseParameters } from './shared/parameters.ts';
import { startsBy } from './shared/starts-by.ts';

const missing = notFoundIn('oracle');
const arches: Arch[] = ['amd64', 'arm64'];
/** By major release, from endoflife.date (August 2026): Oracle publishes no index with these dates. */
const endOfLife: Record<string, string> = {
  7: '2024-12-31',
  8: '2029-07-31',
  9: '2032-06-30',
};

/**
 * Oracle Linux' KVM templates; the index lists one build at a time. Releases: `latest`, `9`, `9.8`; snapshots:
 * `9.8-b293`, also unlisted ones, for which no list gives a digest.
 */
export const oracle: Vendor = defineVendor({
  id: 'oracle',
  title: 'Oracle Linux',
  apiVersion: 1,
  latest: 'newest',
  trust: 'checksum',
  evidence: 'documented',

  async resolve(request, context) {
    refuseParameters(request);
    const { arch, variant = 'kvm' } = request;
    if (!arches.includes(arch)) throw missing('arch', arch, arches);
    if (variant.toLowerCase() !== 'kvm') throw missing('variant', variant, ['kvm']);
    const { version, snapshot } = parseWanted(request);
    const major = (snapshot ?? version)?.split('.')[0];
    const found =
      major === undefined
        ? await findNewestTemplate(arch, context)
        : await findCurrentTemplate(major, arch, context);
    const { template } = found;

    if (snapshot !== undefined && template?.snapshot !== snapshot) {
      const unlisted = await findUnlistedTemplate(snapshot, arch, context);
      const known = template === undefined ? [] : [template.snapshot];
      if (unlisted === undefined) throw missing('snapshot', snapshot, known);
      return describe(unlisted, arch, [unlistedProof(snapshot)], [unlistedWarning(snapshot)]);
    }
    if (template === undefined) throw await noRelease(request.release, arch, context);
    if (version?.includes('.') && version !== template.version) {
      const hint = `Ask for an older build by its snapshot, such as ${template.snapshot}: only the newest update is listed.`;
      throw missing('release', request.release, [template.major, template.version], hint);
    }
    const { digest, from } = template;
    return describe(template, arch, [{ kind: 'digest', digest, from: from.href }], found.warnings);
  },

  async *list(context) {
    let latest = ['latest'];
    for (const major of oracleMajors) {
      const found = await Promise.all(
        arches.map((arch) => findCurrentTemplate(major, arch, context)),
      );
      const templates = found.flatMap(({ template }) => template ?? []);
      const [template] = templates;
      if (template === undefined) continue;
      const eol = endOfLife[major];
      const listing: Listing = {
        release: major,
        version: template.version,
        ...defined({ aliases: latest.length > 0 ? latest : undefined }),
        arches: arches.filter((_, index) => found[index]?.template !== undefined),
        variants: ['kvm'],
        ...defined({ eol }),
      };
      yield listing;
      latest = [];
    }
  },
});

/** `version` is a major release or an update of one. */
function parseWanted({ release, snapshot }: ImageRequest): { version?: string; snapshot?: string } {
  const match = /^(?:latest|(?:ol)?(\d+(?:[.u]\d+)?))$/i.exec(release);
  if (match === null) throw missing('release', release, ['latest', ...oracleMajors]);
  const version = match[1]?.toLowerCase().replace('u', '.');
  if (snapshot === undefined) return version === undefined ? {} : { version };
  const exact = snapshot.toLowerCase();
  const isMeant =
    version === undefined ||
    exact.startsWith(version.includes('.') ? `${version}-` : `${version}.`);
  if (!/^\d+\.\d+-b\d+$/.test(exact) || !isMeant) throw missing('snapshot', snapshot, []);
  return { ...defined({ version }), snapshot: exact };
}

function describe(
  template: Omit<OracleTemplate, 'digest'>,
  arch: Arch,
  proofs: Proof[],
  warnings: Warning[],
): Resolution {
  const { major, version, snapshot, url, fileName } = template;
  return {
    release: major,
    version,
    variant: 'kvm',
    snapshot,
    // Templates whose names end in `.qcow` are version 2 or 3 too.
    disk: [{ url, fileName, layers: ['qcow2'], proofs }],
    guest: guestFacts(major, arch),
    ...defined({ warnings: warnings.length > 0 ? warnings : undefined }),
  };
}

function guestFacts(major: string, arch: Arch): GuestFacts {
  const eol = endOfLife[major];
  // Sources disagree about the firmware of 9 and 10 on amd64.
  const isBios = arch === 'amd64' && Number(major) <= 8;
  return {
    osIds: ['ol'],
    user: 'cloud-user',
    seed: 'nocloud',
    ssh: true,
    ...defined({
      firmware: isBios || arch === 'arm64' ? startsBy(isBios ? 'bios' : 'uefi') : undefined,
      eol,
    }),
    minDiskBytes: 37 * 1024 ** 3,
  };
}

function unlistedProof(snapshot: string): Proof {
  const reason = `Oracle lists only the digest of its newest build, which is not ${snapshot}`;
  return { kind: 'tls', reason };
}
function unlistedWarning(snapshot: string): Warning {
  const message = `${snapshot} is no longer listed: only TLS protects it`;
  return { code: 'unlisted-build', message };
}

async function noRelease(
  release: string,
  arch: Arch,
  context: VendorContext,
): Promise<NotFoundError> {
  const found = await Promise.all(
    oracleMajors.map((major) => findCurrentTemplate(major, arch, context)),
  );
  const known = found.flatMap(({ template }) => template?.major ?? []);
  return missing('release', release, known);
}
