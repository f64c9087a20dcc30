import { createHash } from 'node:crypto';

export const index: string = 'https://fedoraproject.org/releases.json';
export const origins: string[] = [
  'https://fedoraproject.org/',
  'https://dl.fedoraproject.org/',
  'https://download.fedoraproject.org/',
  'https://archives.fedoraproject.org/',
];
export const publicTree: string = 'https://download.fedoraproject.org/pub/';
export const ownTree: string = 'https://dl.fedoraproject.org/pub/';
export const archive: string = 'https://archives.fedoraproject.org/pub/archive/';

/** A row of the index; `undefined` leaves a field out. */
export interface Row {
  version: string;
  arch: string;
  link: string;
  variant: string;
  subvariant: string;
  sha256?: string | null;
  size?: string;
}

function row(version: string, arch: string, path: string, more: Partial<Row> = {}): Row {
  return {
    version,
    arch,
    link: `${publicTree}fedora/linux/releases/${path}`,
    variant: 'Cloud',
    subvariant: 'Cloud_Base',
    sha256: digestOf(path),
    size: '583729152',
    ...more,
  };
}

/** The invented digest of a file: that of its path. */
export function digestOf(path: string): string {
  return createHash('sha256').update(path).digest('hex');
}

const [x86, arm] = ['44/Cloud/x86_64/images', '44/Cloud/aarch64/images'];
const beta = 'test/45_Beta/Cloud/x86_64/images';
/** The index on a day when 45 was a beta; it also has rows of other editions and of single clouds. */
export const rows: Row[] = [
  row('45 Beta', 'x86_64', `${beta}/Fedora-Cloud-Base-AmazonEC2-45-1.2.x86_64.raw.xz`),
  row('45 Beta', 'x86_64', `${beta}/Fedora-Cloud-Base-Generic-45-1.2.x86_64.qcow2`),
  row('44', 'x86_64', `${x86}/Fedora-Cloud-Base-UEFI-UKI-44-1.7.x86_64.qcow2`, {
    subvariant: 'Cloud_Base_UKI',
  }),
  row('44', 'x86_64', '44/Server/x86_64/images/Fedora-Server-Guest-Generic-44-1.7.x86_64.qcow2', {
    variant: 'Server',
    subvariant: 'Server_KVM',
  }),
  row('44', 'x86_64', `${x86}/Fedora-Cloud-Base-AmazonEC2-44-1.7.x86_64.raw.xz`),
  row('44', 'x86_64', `${x86}/Fedora-Cloud-Base-Azure-44-1.7.x86_64.vhdfixed.xz`),
  row('44', 'x86_64', `${x86}/Fedora-Cloud-Base-GCE-44-1.7.x86_64.tar.gz`),
  row('44', 'x86_64', `${x86}/Fedora-Cloud-Base-Generic-44-1.7.x86_64.qcow2`),
  row('44', 'x86_64', `${x86}/Fedora-Cloud-Base-Vagrant-libvirt-44-1.7.x86_64.vagrant.libvirt.box`),
  row('44', 'aarch64', `${arm}/Fedora-Cloud-Base-Generic-44-1.7.aarch64.qcow2`, { sha256: null }),
  row('44', '', '44/Everything/x86_64/iso/Fedora-Everything-netinst-x86_64-44-1.7.iso', {
    variant: 'Everything',
    subvariant: 'Everything',
  }),
  row('43', 'ppc64', '43/Cloud/ppc64le/images/Fedora-Cloud-Base-Generic-43-1.6.ppc64le.qcow2'),
  row('43', 'x86_64', '43/Cloud/x86_64/images/Fedora-Cloud-Base-Generic-43-1.6.x86_64.qcow2'),
  row('40', 'x86_64', '40/Cloud/x86_64/images/Fedora-Cloud-Base-Generic.x86_64-40-1.14.qcow2'),
  row('9', 'x86_64', '9/Cloud/x86_64/images/Fedora-Cloud-Base-9-1.1.x86_64.qcow2'),
];

/** A folder listing of Apache, inside `<pre>`. */
export function listing(path: string, names: string[]): string {
  const lines = names.map(
    (name) =>
      `<img src="/icons/unknown.gif" alt="[   ]"> <a href="${name}">${name}</a>  2026-04-24 15:37  557M`,
  );
  return `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">
<html>
 <head>
  <title>Index of ${path}</title>
 </head>
 <body>
<h1>Index of ${path}</h1>
<pre><img src="/icons/blank.gif" alt="Icon "> <a href="?C=N;O=D">Name</a>  <a href="?C=M;O=A">Last modified</a>  <a href="?C=S;O=A">Size</a>  <a href="?C=D;O=A">Description</a><hr><img src="/icons/back.gif" alt="[PARENTDIR]"> <a href="/pub/">Parent Directory</a>       -
${lines.join('\n')}
<hr></pre>
</body></html>
`;
}

const old = `${archive}fedora/linux/releases/39/Cloud/x86_64/images/`;
const riscv = `${ownTree}alt/risc-v/release/44/Cloud/riscv64/images/`;
const secondary = `${ownTree}fedora-secondary/releases/44/Cloud/s390x/images/`;

export const documents: Record<string, string> = {
  [index]: JSON.stringify(rows, null, 2),
  [`${ownTree}fedora/linux/releases/39/Cloud/x86_64/images/`]: listing('/39', ['README']),
  [old]: listing('/39', [
    'Fedora-Cloud-39-1.5-x86_64-CHECKSUM',
    'Fedora-Cloud-Base-39-1.5.x86_64.qcow2',
    'Fedora-Cloud-Base-39-1.5.x86_64.raw.xz',
    'Fedora-Cloud-Base-GCP-39-1.5.x86_64.tar.gz',
    'Fedora-Cloud-Base-Vagrant-39-1.5.x86_64.vagrant-libvirt.box',
  ]),
  [riscv]: listing('/44', [
    'Fedora-Cloud-44-20260604.0-riscv64-CHECKSUM',
    'Fedora-Cloud-Base-Generic-44-20260501.0.riscv64.qcow2',
    'Fedora-Cloud-Base-Generic-44-20260604.0.riscv64.qcow2',
  ]),
  [`${riscv}Fedora-Cloud-44-20260604.0-riscv64-CHECKSUM`]: `# Fedora-Cloud-Base-Generic-44-20260604.0.riscv64.qcow2: 500 bytes
SHA256 (Fedora-Cloud-Base-Generic-44-20260604.0.riscv64.qcow2) = ${digestOf('riscv')}
`,
  [secondary]: listing('/44', [
    'Fedora-Cloud-44-1.7-s390x-CHECKSUM',
    'Fedora-Cloud-Base-Generic-44-1.7.s390x.qcow2',
  ]),
};
