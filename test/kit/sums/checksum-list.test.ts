import { describe, expect, test } from 'vitest';
import { type ChecksumOptions, parseChecksums } from '../../../src/kit.ts';

const a256 = '47f2218668dd4776be140dd92fa3bea700be1766e2c7d88bdfd6a4b50f477b4d';
const b256 = '06e6305fcd5b7dc56c2937b6b127ca8e3c0d7ea8218b5a073d3cd7bf93211e37';
const a512 = a256 + b256;
const md5 = '7fdf4db15250af5368cc52a91e8edbce';
const sha1 = 'da39a3ee5e6b4b0d3255bfef95601890afd80709';
const base64 = Buffer.from(a512, 'hex').toString('base64').replace(/=+$/, '');

const A = `sha256:${a256}`;
const B = `sha256:${b256}`;
const A512 = `sha512:${a512}`;

interface Case {
  title: string;
  text: string;
  options?: ChecksumOptions;
  /** name, digest and size of every entry */
  entries: [string | undefined, string, number?][];
  weak?: number;
  skipped?: number;
}

const cases: Case[] = [
  {
    title: 'GNU text, two blanks',
    text: `${a256}  AlmaLinux-10-GenericCloud-latest.x86_64.qcow2\n${b256}  b.qcow2\n`,
    entries: [
      ['AlmaLinux-10-GenericCloud-latest.x86_64.qcow2', A],
      ['b.qcow2', B],
    ],
  },
  {
    title: 'GNU binary, an asterisk before the name',
    text: `${a256} *noble-server-cloudimg-amd64.img\n`,
    entries: [['noble-server-cloudimg-amd64.img', A]],
  },
  {
    title: 'an asterisk after two blanks belongs to the name',
    text: `${a256}  *starred\n`,
    entries: [['*starred', A]],
  },
  {
    title: 'GNU loose, one blank',
    text: `${a256} openSUSE-Leap-15.6-Minimal-VM.x86_64-Cloud.qcow2\n`,
    entries: [['openSUSE-Leap-15.6-Minimal-VM.x86_64-Cloud.qcow2', A]],
  },
  {
    title: 'a tab or many blanks for alignment',
    text: `${a256}\tone.img\n${b256}     two.img\n`,
    entries: [
      ['one.img', A],
      ['two.img', B],
    ],
  },
  { title: 'names with blanks inside', text: `${a256}  a b.img\n`, entries: [['a b.img', A]] },
  { title: 'SHA-512 by its length', text: `${a512}  a.img\n`, entries: [['a.img', A512]] },
  {
    title: 'BSD tag with a size comment before it',
    text: `# a.qcow2: 507248640 bytes\nSHA256 (a.qcow2) = ${a256}\nSHA512 (a.qcow2) = ${a512}\n`,
    entries: [
      ['a.qcow2', A, 507248640],
      ['a.qcow2', A512, 507248640],
    ],
  },
  {
    title: 'a size comment speaks of its own name only',
    text: `# b.qcow2: 5 bytes\nSHA256 (a.qcow2) = ${a256}\n`,
    entries: [['a.qcow2', A]],
  },
  {
    title: 'sizes in K are rounded up to blocks and are no lengths',
    text: `# a.qcow2: 722624K \nSHA256 (a.qcow2) = ${a256}\n`,
    entries: [['a.qcow2', A]],
  },
  {
    title: 'a name with a parenthesis in a BSD line',
    text: `SHA256 (disk (1) = copy.img) = ${a256}\n`,
    entries: [['disk (1) = copy.img', A]],
  },
  {
    title: "OpenSSL's tag without blanks",
    text: `SHA256(a.img)= ${a256}\nSHA2-512(a.img)= ${a512}\n`,
    entries: [
      ['a.img', A],
      ['a.img', A512],
    ],
  },
  {
    title: 'a tag that does not fit the length of the hex',
    text: `SHA512 (a.img) = ${a256}\nSHA256 (b.img) = ${a512}\nSHA256 (c.img) = ${b256}\n`,
    entries: [['c.img', B]],
    skipped: 2,
  },
  {
    title: 'hashes of the right length under another tag are not taken for SHA-2',
    text: `BLAKE2b (a.img) = ${a512}\nSHA3-256 (a.img) = ${a256}\nSHA512/256 (a.img) = ${a256}\nSHA256 (a.img) = ${b256}\n`,
    entries: [['a.img', B]],
    weak: 3,
  },
  {
    title: 'headings of Gentoo and Flatcar, BLAKE2B included',
    text: `# MD5 HASH\n${md5}  a.img\n# SHA1 HASH\n${sha1}  a.img\n# BLAKE2B HASH\n${b256}${a256}  a.img\n# SHA512 HASH\n${a512}  a.img\n`,
    entries: [['a.img', A512]],
    weak: 3,
  },
  { title: 'bare hex', text: `${a512}\n`, entries: [[undefined, A512]] },
  { title: 'bare hex without a newline', text: a256, entries: [[undefined, A]] },
  {
    title: 'bare digest with its hash in front',
    text: `sha256:${a256}`,
    entries: [[undefined, A]],
  },
  {
    title: 'base64 without padding',
    text: `sha512:${base64}\n`,
    entries: [[undefined, A512]],
  },
  {
    title: 'upper-case hex is lowered',
    text: `${a256.toUpperCase()}  a.img\n`,
    entries: [['a.img', A]],
  },
  {
    title: 'CRLF, blank lines, comments, a byte order mark',
    text: `\ufeff# made by hand\r\n\r\n${a256}  a.img\r\n   \r\n# end\r\nSHA256 (b.img) = ${b256}\r\n`,
    entries: [
      ['a.img', A],
      ['b.img', B],
    ],
  },
  {
    title: 'escaped names of GNU tools',
    text: `\\${a256}  back\\\\slash\\nline.img\n\\SHA256 (c\\rr) = ${b256}\n`,
    entries: [
      ['back\\slash\nline.img', A],
      ['c\rr', B],
    ],
  },
  {
    title: 'an unknown escape is malformed, a backslash without the mark is literal',
    text: `\\${a256}  bad\\xname\n${b256}  lit\\eral\n`,
    entries: [['lit\\eral', B]],
    skipped: 1,
  },
  {
    title: 'a leading ./ is dropped, other folders stay',
    text: `${a256}  ./a.img\n${b256} *././sub/b.img\n`,
    entries: [
      ['a.img', A],
      ['sub/b.img', B],
    ],
  },
  {
    title: 'weak lines are counted and never returned',
    text: `${md5}  a.img\n${sha1} *a.img\nMD5 (a.img) = ${md5}\nSHA1 (a.img) = ${sha1}\nRMD160 (a.img) = ${sha1}\n${a256}  b.img\n`,
    entries: [['b.img', A]],
    weak: 5,
  },
  {
    title: 'malformed lines are counted',
    text: `${a256}  a.img\n${a256.slice(1)}  cut.img\nhello world\nSHA256 (x.img) = zz\n${a256}  \n`,
    // The last line has lost its name: a bare digest.
    entries: [
      ['a.img', A],
      [undefined, A],
    ],
    skipped: 3,
  },
  {
    title: 'a signify list in its plain form',
    text: `untrusted comment: verify with openbsd-76-base.pub\nRWTkuwn4mbq8okbCvgY+qxWC\nSHA256 (BSD.rd) = ${a256}\n`,
    entries: [['BSD.rd', A]],
    skipped: 2,
  },
  {
    title: 'only the hash asked for',
    text: `${a256}  a.img\n${a512}  a.img\n`,
    options: { algorithm: 'sha512' },
    entries: [['a.img', A512]],
    skipped: 1,
  },
  {
    title: 'hash sections of a Release file',
    text: [
      'Origin: Debian',
      'Suite: stable',
      'MD5Sum:',
      ` ${md5}   738242 contrib/Contents-all`,
      'SHA256:',
      ` ${a256}   738242 contrib/Contents-all`,
      ` ${b256}       53 ./main/Release`,
      ` ${a512}       53 wrong-length`,
      ' nonsense',
      'Acquire-By-Hash: yes',
      ' ignored continuation',
      '',
      'SHA256:',
      ` ${a256} 1 second-paragraph`,
    ].join('\n'),
    entries: [
      ['contrib/Contents-all', A, 738242],
      ['main/Release', B, 53],
    ],
    weak: 1,
    skipped: 2,
  },
  {
    title: 'SHA512 section, CRLF',
    text: `Suite: x\r\nSHA512:\r\n ${a512} 7 a.img\r\n`,
    entries: [['a.img', A512, 7]],
  },
  {
    title: 'a Release file read as plain lines holds nothing, so the dialect decides',
    text: `SHA256:\n ${a256} 7 a.img\n`,
    options: { dialect: 'deb822' },
    entries: [['a.img', A, 7]],
  },
  {
    title: 'items of a Simple Streams product file',
    text: JSON.stringify({
      format: 'products:1.0',
      products: {
        'com.ubuntu.cloud:server:24.04:amd64': {
          versions: {
            '20260725': {
              items: {
                'disk1.img': { ftype: 'disk1.img', path: 'r/a.img', sha256: a256, size: 9, md5 },
                'old.img': { path: 'r/old.img', md5 },
                'bad.img': { path: 'r/bad.img', sha256: 'zz' },
                stray: 7,
              },
            },
          },
        },
      },
    }),
    entries: [['r/a.img', A, 9]],
    weak: 1,
    skipped: 2,
  },
];

describe('parseChecksums', () => {
  test.each(cases)('$title', ({ text, options, entries, weak = 0, skipped = 0 }) => {
    const list = parseChecksums(text, options);
    expect(list.entries.map((one) => [one.name, one.digest, one.sizeBytes])).toEqual(
      entries.map(([name, digest, size]) => [name, digest, size]),
    );
    expect({ weak: list.weak, skipped: list.skipped }).toEqual({ weak, skipped });
  });
});
