import { createHash } from 'node:crypto';

export const site: string = 'https://repo.almalinux.org/almalinux/';
export const vault: string = 'https://vault.almalinux.org/';
export const kitten: string = 'https://kitten.repo.almalinux.org/10-kitten/';
export const origins: string[] = [
  'https://repo.almalinux.org/',
  vault,
  'https://kitten.repo.almalinux.org/',
];

/**
 * A list in AlmaLinux's form: GNU text, sorted by name, each dated file beside a `latest` file with the same digest.
 */
export function sums(names: Record<string, string>): string {
  const lines = Object.entries(names).map(
    ([name, content]) => `${createHash('sha256').update(content).digest('hex')}  ${name}`,
  );
  return `${lines.join('\n')}\n`;
}

export function listing(folders: string[]): string {
  const rows = folders.map((name) => `<a href="${name}/">${name}/</a>  26-May-2026 10:00    -`);
  return `<html><head><title>Index of /</title></head><body><h1>Index of /</h1><hr><pre><a href="../">../</a>\n${rows.join('\n')}\n</pre><hr></body></html>\n`;
}

const nine = sums({
  'AlmaLinux-9-GenericCloud-9.8-20260526.x86_64.qcow2': '9.8',
  'AlmaLinux-9-GenericCloud-9.8-20260518.x86_64.qcow2': '9.8 earlier',
  'AlmaLinux-9-GenericCloud-ext4-9.8-20260526.x86_64.qcow2': '9.8 ext4',
  'AlmaLinux-9-GenericCloud-ext4-latest.x86_64.qcow2': '9.8 ext4',
  'AlmaLinux-9-GenericCloud-latest.x86_64.qcow2': '9.8',
  'AlmaLinux-9-OpenNebula-9.8-20260526.x86_64.qcow2': '9.8 nebula',
  'AlmaLinux-9-OpenNebula-latest.x86_64.qcow2': '9.8 nebula',
});
const ten = sums({
  'AlmaLinux-10-GenericCloud-10.2-20260526.0.x86_64.qcow2': '10.2',
  'AlmaLinux-10-GenericCloud-10.2-20260526.1.x86_64.qcow2': '10.2 withdrawn',
  'AlmaLinux-10-GenericCloud-latest.x86_64.qcow2': '10.2',
});
const old = sums({
  'AlmaLinux-8-GenericCloud-8.10-20260518.x86_64.qcow2': '8.10',
  'AlmaLinux-8-GenericCloud-UEFI-8.10-20260518.x86_64.qcow2': '8.10 uefi',
  'AlmaLinux-8-GenericCloud-latest.x86_64.qcow2': '8.10',
});

export const documents: Record<string, string> = {
  [site]: listing(['10', '10.1', '10.2', '8', '8.10', '9', '9.8', 'almalinux-release-latest-9']),
  [`${site}10/cloud/`]: listing(['aarch64', 'ppc64le', 's390x', 'x86_64', 'x86_64_v2']),
  [`${site}9/cloud/`]: listing(['aarch64', 'ppc64le', 's390x', 'x86_64']),
  [`${site}8/cloud/`]: listing(['aarch64', 'x86_64']),
  [`${site}10/cloud/x86_64/images/CHECKSUM`]: ten,
  [`${site}10.2/cloud/x86_64/images/CHECKSUM`]: ten,
  [`${site}10/cloud/x86_64_v2/images/CHECKSUM`]: sums({
    'AlmaLinux-10-GenericCloud-10.2-20260526.0.x86_64_v2.qcow2': '10.2 v2',
  }),
  [`${site}9/cloud/x86_64/images/CHECKSUM`]: nine,
  [`${site}9.8/cloud/x86_64/images/CHECKSUM`]: nine,
  [`${site}9/cloud/s390x/images/CHECKSUM`]: sums({
    'AlmaLinux-9-GenericCloud-9.8-20260526.s390x.qcow2': '9.8 s390x',
    'AlmaLinux-9-GenericCloud-latest.s390x.qcow2': '9.8 s390x',
  }),
  [`${site}8/cloud/x86_64/images/CHECKSUM`]: old,
  [`${vault}9.1/cloud/x86_64/images/CHECKSUM`]: sums({
    'AlmaLinux-9-GenericCloud-9.1-20221118.x86_64.qcow2': '9.1',
    'AlmaLinux-9-GenericCloud-9.1-20221130.x86_64.qcow2': '9.1',
    'AlmaLinux-9-GenericCloud-latest.x86_64.qcow2': '9.1',
  }),
  [`${kitten}cloud/`]: listing(['aarch64', 'ppc64le', 'riscv64', 's390x', 'x86_64', 'x86_64_v2']),
  [`${kitten}cloud/x86_64/images/CHECKSUM`]: sums({
    'AlmaLinux-Kitten-GenericCloud-10-20260414.0.x86_64.qcow2': 'earlier',
    'AlmaLinux-Kitten-GenericCloud-10-20260501.0.x86_64.qcow2': 'kitten',
    'AlmaLinux-Kitten-GenericCloud-10-latest.x86_64.qcow2': 'kitten',
    'AlmaLinux-Kitten-OpenNebula-10-20260501.0.x86_64.qcow2': 'nebula',
  }),
  [`${kitten}cloud/x86_64_v2/images/CHECKSUM`]: sums({
    'AlmaLinux-Kitten-GenericCloud-10-20260501.0.x86_64_v2.qcow2': 'kitten v2',
  }),
  [`${kitten}cloud/riscv64/images/CHECKSUM`]: sums({
    'AlmaLinux-Kitten-GenericCloud-10-20260302.0.riscv64.qcow2': 'kitten riscv64',
  }),
};
