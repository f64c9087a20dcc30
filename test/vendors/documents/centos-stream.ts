import { listFiles } from '../alpine/site.ts';
import { type Documents, serveDocuments } from '../every/serve-documents.ts';

export const site = 'https://cloud.centos.org/centos/';
export const sumsOf = (stream: string, word: string): string =>
  `${site}${stream}-stream/${word}/images/CHECKSUM`;

/** A list in the form of upstream: a comment with the size, then the digest, for every file. */
export function checksum(rows: [name: string, size: string][]): string {
  return rows
    .map(([name, size], index) => {
      const hex = (index + 1).toString(16).padStart(64, 'a');
      return `# ${name}: ${size}\nSHA256 (${name}) = ${hex}\n`;
    })
    .join('');
}

const bytes = '954073088 bytes';
const ten = checksum([
  ['CentOS-Stream-Container-Base-10-20261005.0.x86_64.tar.xz', '62207776 bytes'],
  ['CentOS-Stream-GenericCloud-10-20260930.0.x86_64.qcow2', bytes],
  ['CentOS-Stream-GenericCloud-10-20261005.9.x86_64.qcow2', bytes],
  ['CentOS-Stream-GenericCloud-10-20261005.10.x86_64.qcow2', '1031929856 bytes'],
  ['CentOS-Stream-GenericCloud-10-latest.x86_64.qcow2', '1031929856 bytes'],
  ['CentOS-Stream-GenericCloud-x86_64-10-20260930.0.x86_64.qcow2', '977993728 bytes'],
  ['CentOS-Stream-GenericCloud-x86_64-10-latest.x86_64.qcow2', '977993728 bytes'],
  ['CentOS-Stream-ec2-10-20261012.0.x86_64.raw.xz', '777456936 bytes'],
  ['CentOS-Stream-Azure-10-20261012.0.x86_64.vhd', bytes],
  ['CentOS-Stream-GenericCloud-10-20261012.0.x86_64.qcow2.SHA256SUM', '158 bytes'],
  ['CentOS-Stream-GenericCloud-9-20261012.0.x86_64.qcow2', bytes],
]);
/** The flavour with the architecture in front is built for one architecture. */
const tenOnArm = ten
  .split(/(?<=\n)(?=# )/)
  .filter((entry) => !entry.includes('GenericCloud-x86_64-'))
  .join('')
  .replaceAll('.x86_64.', '.aarch64.');
const nine = checksum([['CentOS-Stream-GenericCloud-9-20260714.1.aarch64.qcow2', bytes]]);
const eight = checksum([
  ['CentOS-Stream-GenericCloud-8-20200113.0.x86_64.qcow2', '722624K '],
  ['CentOS-Stream-GenericCloud-8-20201217.0.x86_64.qcow2', '1351200K '],
]);

/** Stream 11 has its folder but no image yet. */
export function startCentos(): Promise<Documents> {
  return serveDocuments(['https://cloud.centos.org/'], {
    [site]: listFiles([
      '7/',
      '8-stream/',
      '9-stream/',
      '10-stream/',
      '11-stream/',
      'timestamp.txt',
    ]),
    [`${site}10-stream/`]: listFiles(['x86_64/', 'aarch64/', 'source/']),
    [`${site}9-stream/`]: listFiles(['aarch64/']),
    [`${site}8-stream/`]: listFiles(['x86_64/']),
    [`${site}11-stream/`]: listFiles(['x86_64/']),
    [sumsOf('10', 'x86_64')]: ten,
    [sumsOf('10', 'aarch64')]: tenOnArm,
    [sumsOf('9', 'aarch64')]: nine,
    [sumsOf('8', 'x86_64')]: eight,
  });
}
