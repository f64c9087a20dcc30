import { createHash } from 'node:crypto';

export const origins: string[] = ['stable', 'beta', 'alpha', 'lts'].map(
  (channel) => `https://${channel}.release.flatcar-linux.net/`,
);

export function folderOf(channel: string, board: string, version: string): string {
  return `https://${channel}.release.flatcar-linux.net/${board}-usr/${version}/`;
}

export function versionText(version: string): string {
  const [build, branch, patch] = version.split('.');
  return `FLATCAR_BUILD=${build}
FLATCAR_BRANCH=${branch}
FLATCAR_PATCH=${patch}
FLATCAR_VERSION=${version}
FLATCAR_VERSION_ID=${version}
FLATCAR_BUILD_ID="2026-10-06-1626"
FLATCAR_SDK_VERSION=${build}.0.0
`;
}

/** A list of one file, with a section for every hash. */
export function digestsOf(name: string): string {
  const sections = ['md5', 'sha1', 'sha512'].map((hash) => {
    return `# ${hash.toUpperCase()} HASH\n${createHash(hash).update(name).digest('hex')}  ${name}\n`;
  });
  return sections.join('');
}

function build(
  channel: string,
  board: string,
  version: string,
  names: string[],
  moving = ['current'],
): Record<string, string> {
  const folder = folderOf(channel, board, version);
  return Object.fromEntries([
    ...[version, ...moving].map((one) => [
      `${folderOf(channel, board, one)}version.txt`,
      versionText(version),
    ]),
    ...names.map((name) => [`${folder}${name}.DIGESTS`, digestsOf(name)]),
  ]);
}

const qemu = 'flatcar_production_qemu_image.img';
const uefi = 'flatcar_production_qemu_uefi_image.img';
const netboot = [
  'flatcar_production_iso_image.iso',
  'flatcar_production_pxe.vmlinuz',
  'flatcar_production_pxe_image.cpio.gz',
];

export const documents: Record<string, string> = {
  ...build('stable', 'amd64', '4593.2.4', [qemu, uefi, `${qemu}.bz2`, ...netboot]),
  ...build('stable', 'arm64', '4593.2.4', [uefi, ...netboot.slice(1)]),
  ...build('stable', 'amd64', '2605.12.0', [`${qemu}.bz2`], []),
  ...build('beta', 'amd64', '4628.1.0', [qemu]),
  ...build('lts', 'amd64', '4081.3.6', [qemu], ['current', 'current-2024']),
  ...build('lts', 'amd64', '3510.3.9', [qemu], ['current-2023']),
};
