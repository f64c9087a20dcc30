import { describe, expect, test } from 'vitest';
import { ova } from '../../../formats/ova.ts';
import { type ArchiveEntry, IntegrityError } from '../../../src/kit.ts';
import { decodeContext } from '../decode-context.ts';
import { type Member, manifestLine, type OvfFields, ovaArchive, ovf } from '../make-ova.ts';
import { sparseMember } from '../make-sparse-tar.ts';
import { paxHeader, tarArchive, tarFile, tarHeader } from '../make-tar.ts';
import {
  entryOf,
  readArchive,
  sourceOf,
  spoolingContext,
  verdictOn,
  ways,
} from '../read-archive.ts';
import { wholeSource } from '../shared/byte-sources.ts';
import { diskLikeBytes, sha256 } from '../shared/decoding.ts';

const content = diskLikeBytes(400_000);
const disk: Member = ['disk.vmdk', content];
const vm: Member = ['vm.ovf', ovf()];
const zeros = '0'.repeat(64);

/** An archive of a descriptor with these fields and a disk. */
const described = (fields: OvfFields): Uint8Array => ovaArchive(['vm.ovf', ovf(fields)], disk);
const manifest = (...lines: string[]): Member => ['vm.mf', lines.join('')];

describe.each(ways)('reads from a %s', (way) => {
  const sums = [vm, disk].map((member) => manifestLine(member));
  test.each<[string, Uint8Array]>([
    ['a descriptor and a disk', ovaArchive(vm, disk)],
    ['a manifest after the descriptor', ovaArchive(vm, manifest(...sums), disk)],
    ['a manifest at the end', ovaArchive(vm, disk, manifest(...sums))],
    ['a manifest with SHA-1', ovaArchive(vm, manifest(manifestLine(disk, 'SHA1')), disk)],
    ['a manifest with SHA-512', ovaArchive(vm, disk, manifest(manifestLine(disk, 'SHA512')))],
    [
      'a manifest with several hashes',
      ovaArchive(vm, disk, manifest(manifestLine(disk), manifestLine(disk, 'SHA1'), ...sums)),
    ],
    [
      'a manifest in other spellings',
      ovaArchive(
        vm,
        disk,
        manifest(
          `\r\nsha256 (disk.vmdk) = ${sha256(content).toUpperCase()}\r\n`,
          manifestLine(vm).replace('= ', '='),
        ),
      ),
    ],
    [
      'a weak hash, which is ignored',
      ovaArchive(vm, manifest(manifestLine(disk, 'MD5', 'f'.repeat(32))), disk),
    ],
    ['a certificate', ovaArchive(vm, manifest(...sums), ['vm.cert', 'no PEM'], disk)],
    [
      'files that are not disks',
      ovaArchive(
        [
          'vm.ovf',
          ovf({
            files: [
              { href: 'disk.vmdk', id: 'file1' },
              { href: 'a.iso', id: 'b' },
            ],
          }),
        ],
        ['a.iso', 'iso'],
        disk,
        ['nvram', 'not mentioned'],
      ),
    ],
    [
      'a disk that is created empty',
      described({
        disks: [
          { diskId: 'empty', capacity: '1' },
          { diskId: 'd', fileRef: 'file1', capacity: '1' },
        ],
      }),
    ],
    ['two disks with one file', described({ disks: [{ fileRef: 'file1' }, { fileRef: 'file1' }] })],
    ['no prefixes', described({ prefix: '' })],
    ['stated sizes', described({ files: [{ href: 'disk.vmdk', id: 'file1', size: '400000' }] })],
    [
      'a size that is too small',
      described({ files: [{ href: 'disk.vmdk', id: 'file1', size: '9' }] }),
    ],
    [
      'a compressed file, unchanged',
      described({ files: [{ href: 'disk.vmdk', id: 'file1', compression: 'gzip' }] }),
    ],
    [
      'a capacity that is a property',
      described({ disks: [{ fileRef: 'file1', capacity: 'disk.size' }] }),
    ],
    [
      'sections of OVF 0.9',
      ovaArchive(
        [
          'vm.ovf',
          ovf()
            .replaceAll('DiskSection', 'Section')
            .replace('<Envelope', '<ovf:Envelope')
            .replace('</Envelope', '</ovf:Envelope'),
        ],
        disk,
      ),
    ],
    [
      'comments and CDATA',
      described({ rest: '<!-- a <b> --><License><![CDATA[<a>&b;]]></License>' }),
    ],
    ['a byte order mark', ovaArchive(['vm.ovf', `\ufeff${ovf()}`], disk)],
    [
      'pax headers',
      tarArchive(paxHeader([['path', 'long.ovf']]), tarFile('x', ovf()), tarFile(...disk)),
    ],
    [
      'names that begin with ./',
      tarArchive(tarFile('./vm.ovf', ovf()), tarFile('./disk.vmdk', content)),
    ],
  ])('%s', async (_, bytes) => {
    expect(ova.detect({ head: bytes.subarray(0, 131_072) })).toBe(true);
    expect(await readArchive(ova, bytes, way)).toEqual([entryOf('disk.vmdk', content)]);
  });

  test('two disks, in the order of the archive', async () => {
    const files = ['a', 'b'].map((name) => ({ href: `${name}.vmdk`, id: name }));
    const disks = [{ fileRef: 'a' }, { fileRef: 'b' }];
    const bytes = ovaArchive(['vm.ovf', ovf({ files, disks })], ['b.vmdk', 'B'], ['a.vmdk', 'A']);
    expect(await readArchive(ova, bytes, way)).toEqual([
      entryOf('b.vmdk', 'B'),
      entryOf('a.vmdk', 'A'),
    ]);
  });

  test('a disk that was read only in part, and still compares it with the manifest', async () => {
    for (const digest of [sha256(content), zeros]) {
      for (const early of [true, false]) {
        const sums = manifest(manifestLine(disk, 'SHA256', digest));
        const bytes = early ? ovaArchive(vm, sums, disk) : ovaArchive(vm, disk, sums);
        const context = spoolingContext();
        const entries = ova.entries(sourceOf(bytes, way, context), context)[Symbol.asyncIterator]();
        const entry: ArchiveEntry = (await entries.next()).value;
        await entry.source.read(200_000, 10);
        await entry.finish();
        const end = entries.next();
        if (digest === zeros) await expect(end).rejects.toBeInstanceOf(IntegrityError);
        else expect((await end).done).toBe(true);
        await context.close();
      }
    }
  });
});

describe('refuses', () => {
  const file = (attributes: Record<string, string>): Uint8Array =>
    described({ files: [{ href: 'disk.vmdk', id: 'file1', ...attributes }] });
  const diskOf = (attributes: Record<string, string>): Uint8Array =>
    described({ disks: [{ fileRef: 'file1', ...attributes }] });
  const href = (value: string): Uint8Array => file({ href: value });
  const raw = (text: string | Uint8Array): Uint8Array => ovaArchive(['vm.ovf', text], disk);

  test.each<[string, string, Uint8Array]>([
    ['an address', 'external-reference', href('http://169.254.169.254/disk.vmdk')],
    ['an address of a file', 'external-reference', href('FILE:/etc/passwd')],
    ['an address without a scheme', 'external-reference', href('//host/disk.vmdk')],
    ['a name that leads upwards', 'unsafe-path', href('../disk.vmdk')],
    ['an absolute name', 'unsafe-path', href('/disk.vmdk')],
    ['the folder itself', 'unsafe-path', href('./')],
    ['a reference to nothing', 'corrupt-header', href('&disk;.vmdk')],
    ['a name that leads upwards by a reference', 'unsafe-path', href('&#46;&#46;/disk.vmdk')],
    ['a file without a name', 'corrupt-header', href('')],
    ['a file without an id', 'corrupt-header', file({ id: '' })],
    [
      'two files with one id',
      'ambiguous-content',
      described({
        files: [
          { href: 'disk.vmdk', id: 'file1' },
          { href: 'a.vmdk', id: 'file1' },
        ],
      }),
    ],
    ['an unknown compression', 'unsupported-feature', file({ compression: 'bzip2' })],
    ['an invalid part size', 'corrupt-header', file({ chunkSize: '1e6' })],
    ['an invalid size', 'corrupt-header', file({ size: '1e6' })],
    ['a disk that was cut', 'truncated', file({ size: '400001' })],
    ['no disk', 'not-an-image', described({ disks: [] })],
    [
      'only a disk that is created empty',
      'not-an-image',
      described({ disks: [{ capacity: '1' }] }),
    ],
    ['a disk of an unknown file', 'corrupt-header', diskOf({ fileRef: 'other' })],
    ['a disk based on another one', 'unsupported-feature', diskOf({ parentRef: 'base' })],
    ['a disk of 4 TiB', 'limit', diskOf({ capacity: '4', capacityAllocationUnits: 'byte * 2^40' })],
    ['a disk of 10^20 bytes', 'limit', diskOf({ capacity: '99999999999999999999' })],
    [
      'an attribute twice',
      'ambiguous-content',
      raw(ovf().replace('ovf:href=', 'href="a.vmdk" ovf:href=')),
    ],
    [
      'an attribute twice in one spelling',
      'corrupt-header',
      raw(ovf().replace('ovf:href=', 'ovf:href="a" ovf:href=')),
    ],
    ['another root', 'corrupt-header', raw('<html><body/></html>')],
    ['two roots', 'corrupt-header', raw(`${ovf()}<Envelope/>`)],
    ['nothing', 'corrupt-header', raw('')],
    ['text that is not XML', 'corrupt-header', raw('PK\x03\x04')],
    ['XML that is cut', 'corrupt-header', raw(ovf().slice(0, 400))],
    ['tags that cross', 'corrupt-header', described({ rest: '<a><b></a></b>' })],
    ['tags without end', 'corrupt-header', raw('<Envelope>'.repeat(100_000))],
    ['a reference in a text to nothing', 'corrupt-header', described({ rest: '<a>&b;</a>' })],
    ['deep tags', 'corrupt-header', described({ rest: '<a>'.repeat(2000) + '</a>'.repeat(2000) })],
    [
      "a name like an object's own method",
      'corrupt-header',
      described({ rest: '<__proto__ a="b"/>' }),
    ],
    ['a document type', 'unsupported-feature', described({ prolog: '<!DOCTYPE x>' })],
    [
      'entities',
      'unsupported-feature',
      described({ prolog: '<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;">]>', rest: '&b;' }),
    ],
    [
      'an external entity',
      'unsupported-feature',
      described({ prolog: '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' }),
    ],
    ['an entity in small letters', 'unsupported-feature', described({ prolog: '<!doctype x>' })],
    [
      'another encoding',
      'unsupported-feature',
      described({ prolog: '<?xml version="1.0" encoding="UTF-16"?>' }),
    ],
    ['UTF-16', 'unsupported-feature', raw(Buffer.from('<Envelope/>', 'utf16le'))],
    ['Latin-1', 'corrupt-header', raw(Buffer.from(ovf({ rest: 'Größe' }), 'latin1'))],
    ['a descriptor of 2 MiB', 'limit', raw(ovf({ rest: ' '.repeat(2 ** 21) }))],
    ['a manifest of 2 MiB', 'limit', ovaArchive(vm, manifest(' '.repeat(2 ** 21)), disk)],
    ['no disk in the archive', 'truncated', ovaArchive(vm)],
    [
      'a disk that is a link',
      'unsafe-path',
      tarArchive(tarFile(...vm), tarHeader({ name: 'disk.vmdk', type: '2' })),
    ],
    [
      'a sparse disk',
      'unsupported-feature',
      tarArchive(tarFile(...vm), sparseMember('disk.vmdk', { size: 9000, extents: [] }, 'old GNU')),
    ],
    ['two disks with one name', 'ambiguous-content', ovaArchive(vm, disk, disk)],
    ['two descriptors', 'ambiguous-content', ovaArchive(vm, disk, ['b.ovf', ovf()])],
    ['two manifests', 'ambiguous-content', ovaArchive(vm, manifest(), disk, ['b.mf', ''])],
    ['no descriptor', 'corrupt-header', ovaArchive(disk)],
    ['no member', 'corrupt-header', ovaArchive()],
    [
      'a digest that differs',
      'checksum',
      ovaArchive(vm, manifest(manifestLine(disk, 'SHA256', zeros)), disk),
    ],
    [
      'a digest that differs, at the end',
      'checksum',
      ovaArchive(vm, disk, manifest(manifestLine(disk, 'SHA256', zeros))),
    ],
    [
      'a second digest that differs',
      'checksum',
      ovaArchive(
        vm,
        disk,
        manifest(manifestLine(disk), manifestLine(disk, 'SHA1', '0'.repeat(40))),
      ),
    ],
    [
      'a digest of the descriptor that differs',
      'checksum',
      ovaArchive(vm, manifest(manifestLine(vm, 'SHA256', zeros)), disk),
    ],
    [
      'a digest of a file that is not a disk',
      'checksum',
      ovaArchive(vm, disk, ['a.iso', 'x'], manifest(manifestLine(['a.iso', 'y']))),
    ],
    ['a digest of a missing disk', 'truncated', ovaArchive(vm, manifest(manifestLine(disk)))],
    [
      'a digest of a wrong length',
      'corrupt-header',
      ovaArchive(vm, disk, manifest('SHA256(disk.vmdk)= abc\n')),
    ],
    ['a line that is not a digest', 'corrupt-header', ovaArchive(vm, disk, manifest('<html>\n'))],
    [
      'other bytes after the archive',
      'trailing-data',
      Buffer.concat([ovaArchive(vm, disk), Buffer.from('x')]),
    ],
  ])('%s as %s', async (_, reason, bytes) => {
    for (const way of ways) expect(await verdictOn(ova, bytes, way)).toBe(reason);
  });

  test('a wrong digest as an error of integrity that gives the expected one', async () => {
    const bytes = ovaArchive(vm, disk, manifest(manifestLine(disk, 'SHA256', zeros)));
    await expect(readArchive(ova, bytes)).rejects.toMatchObject({
      code: 'ERR_DIGEST',
      exitCode: 5,
      details: {
        fileName: 'disk.vmdk',
        expected: `sha256:${zeros}`,
        actual: `sha256:${sha256(content)}`,
      },
    });
  });

  test.each(ways)('every cut through a %s', async (way) => {
    const bytes = ovaArchive(
      vm,
      ['disk.vmdk', content.subarray(0, 3000)],
      manifest(manifestLine(vm)),
    );
    for (let length = 512; length < bytes.length - 1024; length += 100) {
      const verdict = await verdictOn(ova, bytes.subarray(0, length), way);
      expect([length, verdict]).toEqual([length, 'truncated']);
    }
  });
});

test('warns that a file is longer than its descriptor says', async () => {
  const log: string[] = [];
  const bytes = described({ files: [{ href: 'disk.vmdk', id: 'file1', size: '9' }] });
  const context = {
    ...decodeContext(),
    log: (entry: { message: string }) => log.push(entry.message),
  };
  for await (const { finish } of ova.entries(wholeSource(bytes), context)) await finish();
  expect(log).toEqual(['an OVA member is longer than its descriptor says']);
});

test('parses a hostile descriptor in a short time', { timeout: 20_000 }, async () => {
  const fill = (text: string): string => text.repeat(Math.floor(900_000 / text.length));
  const texts = [
    fill('<'),
    fill('<a>'),
    fill('<a/>'),
    `<Envelope ${fill('a="" ')}/>`,
    fill('&amp;'),
    fill('<!-- '),
    fill('<?a?>'),
  ];
  for (const text of texts) {
    expect(await verdictOn(ova, ovaArchive(['vm.ovf', text], disk))).not.toBe('accepted');
  }
});

describe('recognises', () => {
  test.each<[string, boolean, Uint8Array]>([
    ['by the name of its first member', true, ovaArchive(vm)],
    ['in capitals', true, ovaArchive(['VM.OVF', ''])],
    ['if the descriptor is the second', true, ovaArchive(['a', ''], vm)],
    ['not if the descriptor comes later', false, ovaArchive(disk, vm)],
    ['not by the AppleDouble of one', false, ovaArchive(['._vm.ovf', ''])],
    ['not by a name alone', false, Buffer.from('vm.ovf'.padEnd(1024, '\0'))],
    ['not if its first header is broken', false, tarHeader({ name: 'vm.ovf', checksum: 'wrong' })],
    ['not by an extended header alone', false, paxHeader([['path', 'vm.ovf']])],
    ['not in nothing', false, new Uint8Array(0)],
  ])('%s', (_, expected, head) => {
    expect(ova.detect({ head: head.subarray(0, 131_072) })).toBe(expected);
  });
});
