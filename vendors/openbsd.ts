import {
  type Arch,
  compareVersions,
  defined,
  defineVendor,
  type ImageRequest,
  notFoundIn,
  parseList,
  parseNumber,
  parseRecord,
  parseText,
  pickBuild,
  type Vendor,
  type VendorContext,
} from '../src/kit.ts';
import { everyOpenbsdKey } from './keys/openbsd.ts';
import { refuseParameters } from './shared/parameters.ts';
import { unusable } from './shared/unusable.ts';

const missing = notFoundIn('openbsd');
const repository = 'hcartiaux/openbsd-cloud-image';
/** Without a token, GitHub allows sixty requests per hour and address. */
const index = new URL(`https://api.github.com/repos/${repository}/releases`);
const downloads = new URL(`https://github.com/${repository}/releases/download/`);
const arches: Arch[] = ['amd64'];
const defaultVariant = 'min';

/**
 * OpenBSD with cloud-init, built by a third party: the project itself publishes no cloud image. Releases: `latest`, a
 * version (`7.8`); snapshots: builds (`7.8_2025-10-22-09-25`). Variants: `min` (default) and the other ones of a build.
 */
export const openbsd: Vendor = defineVendor({
  id: 'openbsd',
  title: 'OpenBSD',
  apiVersion: 1,
  latest: 'newest',
  trust: 'checksum',
  keys: everyOpenbsdKey,
  evidence: 'documented',
  publisher: 'hcartiaux, a third party',

  async resolve(request, context) {
    refuseParameters(request);
    const { arch } = request;
    if (!arches.includes(arch)) throw missing('arch', arch, arches);
    const build = pickOpenbsdBuild(request, await listBuilds(context));
    const variant = request.variant?.toLowerCase() ?? defaultVariant;
    const sizeBytes = build.variants.get(variant);
    if (sizeBytes === undefined) throw missing('variant', variant, variantsOf(build));
    const fileName = `openbsd-${variant}.qcow2`;
    const url = new URL(`${build.tag}/${fileName}`, downloads);
    return {
      release: build.version,
      version: build.version,
      variant,
      snapshot: build.tag.slice(1),
      disk: [
        {
          url,
          fileName,
          sizeBytes,
          layers: ['qcow2'],
          proofs: [
            {
              kind: 'checksums',
              url: new URL(`${url}.sha256`),
              dialect: 'sums',
              // The sidecar names the file by its path on the build machine.
              aliases: [`images/${fileName}`],
            },
          ],
        },
      ],
      guest: { seed: 'nocloud', ssh: true },
      warnings: [
        {
          code: 'third-party',
          message: `OpenBSD does not publish cloud images: this one is by ${repository}`,
        },
      ],
    };
  },

  async *list(context) {
    const builds = await listBuilds(context);
    for (const version of new Set(builds.map((build) => build.version))) {
      const newest = builds.find((build) => build.version === version);
      if (newest === undefined) continue;
      yield {
        release: version,
        version,
        ...defined({ aliases: newest === builds[0] ? ['latest'] : undefined }),
        arches,
        variants: variantsOf(newest),
      };
    }
  },
});

interface OpenbsdBuild {
  /** `v7.8_2025-10-22-09-25`. */
  tag: string;
  version: string;
  /** Sizes in bytes. */
  variants: Map<string, number>;
}

/** Builds that have a disk with a digest, newest first: by version, then by day. */
async function listBuilds({ http, signal }: VendorContext): Promise<OpenbsdBuild[]> {
  const document = await http.get(index, { signal });
  const builds = parseList(document.json(), index.href).flatMap((value, position) => {
    const where = `${index}: [${position}]`;
    const release = parseRecord(value, where);
    const tag = parseText(release['tag_name'], `${where}.tag_name`);
    const version = /^v(\d+\.\d+)_\d{4}-\d\d-\d\d(?:-\d\d)*$/.exec(tag)?.[1];
    const isFinal = release['draft'] !== true && release['prerelease'] !== true;
    const variants = readVariants(release['assets'], `${where}.assets`);
    return version === undefined || !isFinal || variants.size === 0
      ? []
      : [{ tag, version, variants }];
  });
  if (builds.length === 0) throw unusable(index, 'it lists no image');
  return builds.sort((left, right) => compareVersions(right.tag, left.tag));
}

function readVariants(value: unknown, where: string): Map<string, number> {
  const assets = parseList(value, where).map((item, position) => {
    const asset = parseRecord(item, `${where}[${position}]`);
    return {
      name: parseText(asset['name'], `${where}[${position}].name`),
      size: parseNumber(asset['size'], `${where}[${position}].size`),
    };
  });
  const names = new Set(assets.map(({ name }) => name));
  return new Map(
    assets.flatMap(({ name, size }): [string, number][] => {
      const variant = /^openbsd-([a-z0-9]+)\.qcow2$/.exec(name)?.[1];
      return variant === undefined || !names.has(`${name}.sha256`) ? [] : [[variant, size]];
    }),
  );
}

function variantsOf({ variants }: OpenbsdBuild): string[] {
  const rank = (variant: string): number => (variant === defaultVariant ? 0 : 1);
  return [...variants.keys()].sort((a, b) => rank(a) - rank(b));
}

function pickOpenbsdBuild(
  { release, snapshot }: ImageRequest,
  builds: OpenbsdBuild[],
): OpenbsdBuild {
  const plain = (word: string): string => word.toLowerCase().replace(/^v(?=\d)/, '');
  return pickBuild(builds, missing, [
    {
      field: 'release',
      wanted: release,
      nameOf: ({ version }) => version,
      suits: ({ version }) => [version, 'latest'].includes(plain(release)),
    },
    {
      field: 'snapshot',
      wanted: snapshot,
      nameOf: ({ tag }) => tag.slice(1),
      suits: ({ tag }) => snapshot === undefined || tag === `v${plain(snapshot)}`,
    },
  ]);
}
