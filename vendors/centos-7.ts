import {
  type Arch,
  type Artifact,
  compareVersions,
  defined,
  defineVendor,
  type GuestFacts,
  notFoundIn,
  type Proof,
  pickBuild,
  type Vendor,
  type VendorContext,
} from '../src/kit.ts';
import { centosKeys, everyCentosKey } from './keys/centos.ts';
import { openpgp } from './shared/openpgp.ts';
import { refuseParameters } from './shared/parameters.ts';
import { pickRpmArches } from './shared/rpm-arches.ts';
import { readNamedSums } from './shared/sums-file.ts';
import { unusable } from './shared/unusable.ts';

const missing = notFoundIn('centos-7');
const folder = new URL('https://cloud.centos.org/centos/7/images/');
const sums = new URL('sha256sum.txt', folder);
/** The same list with an inline signature. */
const signed = new URL('sha256sum.txt.asc', folder);

/** Best first: `.qcow2c` holds what `.qcow2` holds, compressed. */
const forms = new Map([
  ['qcow2c', ['qcow2']],
  ['qcow2', ['qcow2']],
  ['qcow2.xz', ['xz', 'qcow2']],
]);

const firmware: Partial<Record<Arch, ('bios' | 'uefi')[]>> = { amd64: ['bios'], arm64: ['uefi'] };

/**
 * CentOS Linux 7's cloud images, frozen in 2022. Release: `7` (`latest`); snapshots: `2211`, `1801-01`, `20150628_01`.
 * Variant: `genericcloud`.
 */
export const centos7: Vendor = defineVendor({
  id: 'centos-7',
  title: 'CentOS Linux 7',
  apiVersion: 1,
  latest: '7',
  // Of amd64; that of arm64 is from 2020, and signed.
  trust: 'checksum',
  keys: everyCentosKey,
  evidence: 'captured',

  async resolve(request, context) {
    refuseParameters(request);
    const { release, arch, variant = 'genericcloud', snapshot } = request;
    if (!['7', 'latest'].includes(release.toLowerCase())) throw missing('release', release, ['7']);
    if (variant.toLowerCase() !== 'genericcloud') {
      throw missing('variant', variant, ['genericcloud']);
    }
    const all = await listFiles(context);
    const { machine, build } = pickBuild(all, missing, [
      { field: 'arch', wanted: arch, nameOf: (file) => pickRpmArches([file.machine])[0] },
      { field: 'snapshot', wanted: snapshot, nameOf: (file) => file.build },
    ]);
    const files = all.filter((file) => file.machine === machine && file.build === build);
    const names = [...forms].flatMap(([form, layers]) =>
      files.filter((file) => file.form === form).map(({ fileName }) => ({ fileName, layers })),
    );
    const isSigned = isSignedBuild(build);
    const message = `CentOS signed no list that names the build ${build}`;
    return {
      release: '7',
      variant: 'genericcloud',
      snapshot: build,
      disk: names.map(({ fileName, layers }) => describe(fileName, layers, isSigned)),
      guest: guestFacts(arch),
      ...defined({ warnings: isSigned ? undefined : [{ code: 'unsigned-build', message }] }),
    };
  },

  async *list(context) {
    const arches = archesOf(await listFiles(context));
    const { eol = '' } = guestFacts('amd64');
    yield { release: '7', aliases: ['latest'], arches, variants: ['genericcloud'], eol };
  },
});

interface CentosFile {
  fileName: string;
  machine: string;
  build: string;
  form: string;
}

/** Every dated file, newest build first; names without a build are aliases of the last one. */
async function listFiles(context: VendorContext): Promise<CentosFile[]> {
  const files = (await readNamedSums(sums, context)).flatMap(({ name }): CentosFile[] => {
    const [, machine, build, form] =
      /^CentOS-7-(\w+)-GenericCloud-(\d{4,8}(?:[-_]\d+)?)\.(qcow2c?|qcow2\.xz)$/.exec(name) ?? [];
    if (machine === undefined || build === undefined || form === undefined) return [];
    return [{ fileName: name, machine, build, form }];
  });
  if (files.length === 0) throw unusable(sums, 'it lists no image of CentOS 7');
  return files.sort((left, right) => newestFirst(left.build, right.build));
}

/** The list was last signed when the build 2009 was published. */
function isSignedBuild(build: string): boolean {
  return compareVersions(monthOf(build), '2009') <= 0;
}

function describe(fileName: string, layers: string[], isSigned: boolean): Artifact {
  const proofs: Proof[] = [{ kind: 'checksums', url: sums, dialect: 'sums' }];
  if (isSigned) {
    const signature = openpgp('inline', centosKeys('7'));
    proofs.unshift({ kind: 'checksums', url: signed, dialect: 'sums', signature });
  }
  return { url: new URL(fileName, folder), fileName, layers, proofs };
}

/** Builds were named by day (`20150628_01`), later by month (`1508`, `1801-01`). */
function monthOf(build: string): string {
  return /^\d{8}/.test(build) ? build.slice(2, 6) : build.slice(0, 4);
}

function newestFirst(left: string, right: string): number {
  return compareVersions(monthOf(right), monthOf(left)) || compareVersions(right, left);
}

function guestFacts(arch: Arch): GuestFacts {
  const boots = firmware[arch];
  return {
    osIds: ['centos'],
    user: 'centos',
    seed: 'nocloud',
    ssh: true,
    ...defined({ firmware: boots }),
    // endoflife.date, August 2026.
    eol: '2024-06-30',
  };
}

function archesOf(files: CentosFile[]): Arch[] {
  return pickRpmArches(files.map(({ machine }) => machine));
}
