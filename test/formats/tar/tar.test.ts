import { describe, expect, test } from 'vitest';
import { tar } from '../../../formats/tar.ts';
import { sparseFrom } from '../make-sparse-tar.ts';
import { base256, octal, paxHeader, tarArchive, tarFile, tarHeader } from '../make-tar.ts';
import { entryOf, readArchive, verdictOn, ways } from '../read-archive.ts';
import { diskLikeBytes, sequence } from '../shared/decoding.ts';

const disk = diskLikeBytes(300_000);
const small = Buffer.from('small\n');
const long = `${'folder/'.repeat(30)}disk.raw`;
const negative = new Uint8Array(12).fill(0xff);

describe('reads', () => {
  const cases: [string, Uint8Array, string, Uint8Array][] = [
    ['POSIX ustar', tarArchive(tarFile('disk.raw', disk)), 'disk.raw', disk],
    ['GNU', tarArchive(tarFile('disk.raw', disk, { magic: 'gnu' })), 'disk.raw', disk],
    ['v7', tarArchive(tarFile('disk.raw', disk, { magic: 'v7', type: '\0' })), 'disk.raw', disk],
    ['a contiguous file', tarArchive(tarFile('disk.raw', disk, { type: '7' })), 'disk.raw', disk],
    ['an empty file', tarArchive(tarFile('disk.raw', '')), 'disk.raw', new Uint8Array(0)],
    ['a prefix', tarArchive(tarFile('disk.raw', disk, { prefix: 'a/b' })), 'a/b/disk.raw', disk],
    [
      'no prefix where GNU keeps times',
      tarArchive(tarFile('disk.raw', disk, { magic: 'gnu', prefix: '14472700000' })),
      'disk.raw',
      disk,
    ],
    [
      "star's shorter prefix",
      tarArchive(
        tarFile('disk.raw', disk, {
          prefix: 'a',
          patch: [
            [476, '00000000000'],
            [508, 'tar\0'],
          ],
        }),
      ),
      'a/disk.raw',
      disk,
    ],
    [
      'a GNU long name',
      tarArchive(
        tarFile('././@LongLink', `${long}\0`, { type: 'L', magic: 'gnu' }),
        tarFile(long.slice(0, 100), disk, { magic: 'gnu' }),
      ),
      long,
      disk,
    ],
    ['a pax name', tarArchive(paxHeader([['path', long]]), tarFile('short', disk)), long, disk],
    [
      'a pax name before a GNU one',
      tarArchive(
        tarFile('././@LongLink', 'gnu\0', { type: 'L' }),
        paxHeader([['path', 'pax']]),
        tarFile('short', disk),
      ),
      'pax',
      disk,
    ],
    ['a name beyond ASCII', tarArchive(tarFile('Größe.raw', disk)), 'Größe.raw', disk],
    ['./ in front of names', tarArchive(tarFile('.//./disk.raw', disk)), 'disk.raw', disk],
    [
      'a size in base 256',
      tarArchive(tarFile('disk.raw', disk, { size: base256(300_000n) })),
      'disk.raw',
      disk,
    ],
    [
      'a size without leading zeros',
      tarArchive(tarFile('disk.raw', disk, { size: Buffer.from('    1111740 ') })),
      'disk.raw',
      disk,
    ],
    [
      'a pax size in place of its own',
      tarArchive(paxHeader([['size', '300000']]), tarFile('disk.raw', disk, { size: 0 })),
      'disk.raw',
      disk,
    ],
    [
      'records that say nothing here',
      tarArchive(
        paxHeader([['comment', 'built by a machine']], 'g'),
        paxHeader([
          ['mtime', '1700000000.5'],
          ['SCHILY.xattr.user.x', 'a\0b'],
          ['path', ''],
        ]),
        tarFile('disk.raw', disk),
      ),
      'disk.raw',
      disk,
    ],
    [
      'a signed checksum',
      tarArchive(tarFile('Größe.raw', disk, { checksum: 'signed' })),
      'Größe.raw',
      disk,
    ],
    [
      'folders and a volume label',
      tarArchive(
        tarHeader({ name: 'VOLUME 1', type: 'V', magic: 'gnu' }),
        tarHeader({ name: './', type: '5' }),
        tarHeader({ name: 'a/', type: '0' }),
        tarHeader({ name: 'a/', type: '5' }),
        tarFile('a/disk.raw', disk),
      ),
      'a/disk.raw',
      disk,
    ],
    ['no end', tarFile('disk.raw', disk), 'disk.raw', disk],
    [
      'one block of zeros at the end',
      Buffer.concat([tarFile('disk.raw', disk), new Uint8Array(512)]),
      'disk.raw',
      disk,
    ],
    [
      'an end that fills a record of a tape',
      Buffer.concat([tarArchive(tarFile('disk.raw', disk)), new Uint8Array(200_000)]),
      'disk.raw',
      disk,
    ],
  ];
  describe.each(ways)('from a %s', (way) => {
    test.each(cases)('%s', async (_, bytes, name, content) => {
      const pieces = way === 'file' ? [65_536] : [512, 1000, 65_536];
      for (const pieceBytes of pieces) {
        expect(await readArchive(tar, bytes, way, { pieceBytes })).toEqual([
          entryOf(name, content),
        ]);
      }
      expect(tar.detect({ head: bytes.subarray(0, 131_072) })).toBe(true);
    });

    test('many members in order', async () => {
      const names = Array.from({ length: 200 }, (_, i) => `member-${i}`);
      const bytes = tarArchive(...names.map((name, i) => tarFile(name, disk.subarray(0, i * 7))));
      const wanted = names.map((name, i) => entryOf(name, disk.subarray(0, i * 7)));
      expect(await readArchive(tar, bytes, way)).toEqual(wanted);
    });
  });
});

describe('refuses', () => {
  const good = tarFile('disk.raw', small);
  const header = (fields: Partial<Parameters<typeof tarHeader>[0]>): Uint8Array =>
    tarHeader({ name: 'disk.raw', ...fields });
  const named = (name: string | Uint8Array): Uint8Array =>
    Buffer.concat([tarHeader({ name, size: 6 }), Buffer.alloc(512, 'x')]);
  const pax = (...records: [string, string][]): Uint8Array =>
    tarArchive(paxHeader(records), tarFile('disk.raw', small));
  const rawPax = (text: string): Uint8Array =>
    tarArchive(tarFile('PaxHeaders/x', text, { type: 'x' }), good);

  const cases: [string, string, Uint8Array][] = [
    ['a wrong checksum', 'corrupt-header', tarArchive(header({ checksum: 'wrong' }))],
    ['no checksum at all', 'corrupt-header', Buffer.alloc(1024, 'x')],
    ['letters as a size', 'corrupt-header', tarArchive(header({ size: Buffer.from('12x4567\0') }))],
    ['digits behind the end', 'corrupt-header', header({ size: Buffer.from('12\x00345') })],
    ['a negative size', 'corrupt-header', header({ size: negative })],
    ['a size of 2^62', 'limit', header({ size: base256(1n << 62n) })],
    ['a size of 2^80', 'corrupt-header', header({ size: base256(1n << 80n) })],
    ['an absolute name', 'unsafe-path', tarArchive(named('/etc/cron.d/evil'))],
    ['a name that leads upwards', 'unsafe-path', tarArchive(named('a/../../evil'))],
    ['a name with a backslash', 'unsafe-path', tarArchive(named('a\\..\\evil'))],
    ['a name on a drive', 'unsafe-path', tarArchive(named('C:disk.raw'))],
    ['a name with a line break', 'unsafe-path', tarArchive(named('disk.raw\nx'))],
    ['a name behind the name', 'unsafe-path', tarArchive(named('disk.raw\0/../../x'))],
    ['a file without a name', 'corrupt-header', tarArchive(named('./'.repeat(3).slice(0, 5)))],
    ['a name of 5000 letters', 'unsafe-path', pax(['path', 'x'.repeat(5000)])],
    ['an unsafe pax name', 'unsafe-path', pax(['path', '../evil'])],
    [
      'an unsafe name that a pax name replaces for some',
      'unsafe-path',
      tarArchive(
        paxHeader([
          ['GNU.sparse.major', '1'],
          ['GNU.sparse.minor', '0'],
          ['GNU.sparse.name', 'disk.raw'],
          ['GNU.sparse.realsize', '0'],
          ['path', '../evil'],
        ]),
        tarFile('x', Buffer.concat([Buffer.from('0\n'), new Uint8Array(510)])),
      ),
    ],
    ['a name twice', 'ambiguous-content', tarArchive(good, good)],
    [
      'a name twice in two spellings',
      'ambiguous-content',
      tarArchive(good, tarFile('./disk.raw', '')),
    ],
    [
      'a file that is a folder as well',
      'ambiguous-content',
      tarArchive(tarHeader({ name: 'disk.raw/', type: '5' }), good),
    ],
    ['a hard link', 'unsafe-path', tarArchive(tarHeader({ name: 'b', type: '1', link: 'a' }))],
    ['a symbolic link', 'unsafe-path', tarArchive(tarHeader({ name: 'b', type: '2', link: '/' }))],
    ['a character device', 'unsupported-variant', tarArchive(header({ type: '3' }))],
    ['a block device', 'unsupported-variant', tarArchive(header({ type: '4' }))],
    ['a pipe', 'unsupported-variant', tarArchive(header({ type: '6' }))],
    ['a part of several volumes', 'unsupported-feature', tarArchive(header({ type: 'M' }))],
    ['an unknown type', 'unsupported-feature', tarArchive(header({ type: 'q' }))],
    ['a folder with data', 'corrupt-header', tarArchive(tarFile('a/', small))],
    ['a pax record beyond its header', 'corrupt-header', rawPax('999 path=x\n')],
    ['a pax record without a length', 'corrupt-header', rawPax(' path=x\n')],
    ['a pax record of length 0', 'corrupt-header', rawPax('0 path=x\n')],
    ['a pax record without an end', 'corrupt-header', rawPax('10 path=xy')],
    ['a pax record without a key', 'corrupt-header', rawPax('5 =x\n')],
    ['a pax record without a value', 'corrupt-header', rawPax('7 path\n')],
    ['a zero byte in a pax name', 'corrupt-header', pax(['path', 'a\0b'])],
    ['a pax name twice', 'corrupt-header', pax(['path', 'a'], ['path', 'b'])],
    ['a negative pax size', 'corrupt-header', pax(['size', '-6'])],
    ['a pax size in hex', 'corrupt-header', pax(['size', '0x6'])],
    ['a pax size beyond the limit', 'limit', pax(['size', '99999999999999'])],
    ['a pax size beyond the archive', 'truncated', pax(['size', '999999'])],
    [
      'two pax headers for one member',
      'corrupt-header',
      tarArchive(paxHeader([['path', 'a']]), paxHeader([['size', '6']]), good),
    ],
    [
      'a name for all members',
      'unsupported-feature',
      tarArchive(paxHeader([['path', 'a']], 'g'), good),
    ],
    [
      'a size for all members',
      'unsupported-feature',
      tarArchive(paxHeader([['size', '6']], 'g'), good),
    ],
    [
      'headers about headers without end',
      'corrupt-header',
      tarArchive(...Array(20).fill(tarFile('././@LongLink', 'a\0', { type: 'L' })), good),
    ],
    [
      'a header of 2 MiB',
      'limit',
      tarArchive(tarFile('x', new Uint8Array(2 ** 21), { type: 'x' }), good),
    ],
    ['a sparse form of star', 'unsupported-feature', pax(['SCHILY.realsize', '4096'])],
    ['a header that describes nothing', 'truncated', tarArchive(paxHeader([['path', 'a']]))],
    ['other bytes behind the end', 'trailing-data', Buffer.concat([tarArchive(good), small])],
    [
      'a member behind the end',
      'trailing-data',
      Buffer.concat([tarArchive(good), tarFile('b', '')]),
    ],
    [
      'a member behind one block of zeros',
      'trailing-data',
      tarArchive(good, new Uint8Array(512), tarFile('b', '')),
    ],
  ];
  describe.each(ways)('from a %s', (way) => {
    test.each(cases)('%s as %s', async (_, reason, bytes) => {
      expect(await verdictOn(tar, bytes, way)).toBe(reason);
    });
  });

  test('more members than the limits allow', async () => {
    const members = Array.from({ length: 31 }, (_, i) => tarFile(`${i}`, ''));
    expect(await verdictOn(tar, tarArchive(...members), 'file', { members: 31 })).toBe('accepted');
    expect(await verdictOn(tar, tarArchive(...members), 'file', { members: 30 })).toBe('limit');
    const folders = Array.from({ length: 10_001 }, () => tarHeader({ name: 'a/', type: '5' }));
    expect(await verdictOn(tar, tarArchive(...folders))).toBe('limit');
  });

  test.each(ways)('every cut through a %s, and never returns less than a member', async (way) => {
    const bytes = tarArchive(
      paxHeader([['path', 'first']]),
      tarFile('x', disk.subarray(0, 1500)),
      sparseFrom('second', 9000, [[4096, 600]], disk.subarray(0, 600), 'pax 1.0'),
      sparseFrom('third', 9000, [[4096, 600]], disk.subarray(0, 600), 'old GNU'),
    );
    const whole = await readArchive(tar, bytes, way);
    // A tar archive may lack its end, so a cut after a member is not noticed.
    const ends = new Set([0, 3072, 6144, 7680]);
    expect(bytes.length).toBe(8704);
    for (let length = 0; length < bytes.length; length += 64) {
      const cut = bytes.subarray(0, length);
      // Half a block of the end is a valid end too.
      const isEnd = ends.has(length) || length > 7680;
      expect([length, await verdictOn(tar, cut, way)]).toEqual([
        length,
        isEnd ? 'accepted' : 'truncated',
      ]);
      if (isEnd) expect(whole).toEqual(expect.arrayContaining(await readArchive(tar, cut, way)));
    }
  });

  test('every flipped bit of a header', async () => {
    const bytes = tarArchive(tarFile('disk.raw', small), tarFile('b', small));
    const wanted = await readArchive(tar, bytes);
    const next = sequence(99);
    for (let i = 0; i < 400; i += 1) {
      const at = next(2) * 1024 + next(512);
      const flipped = Uint8Array.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << next(8));
      const verdict = await verdictOn(tar, flipped);
      // Only the form of the checksum itself may change without an error.
      if (verdict === 'accepted') expect(await readArchive(tar, flipped)).toEqual(wanted);
      else expect(['corrupt-header', 'trailing-data']).toContain(verdict);
    }
  });
});

describe('recognises', () => {
  const ovf = tarFile('vm.ovf', '<Envelope/>');
  test.each<[string, boolean, Uint8Array]>([
    ['by its magic, with any checksum', true, tarHeader({ name: 'a', checksum: 'wrong' })],
    ['without a magic by its checksum', true, tarHeader({ name: 'a', magic: 'v7' })],
    ['not without either', false, tarHeader({ name: 'a', magic: 'v7', checksum: 'wrong' })],
    ['not in zeros', false, new Uint8Array(4096)],
    ['not in half a block', false, tarHeader({ name: 'a', magic: 'v7' }).subarray(0, 400)],
    ['not as an OVA', false, tarArchive(ovf)],
    ['not as an OVA with a long name', false, tarArchive(paxHeader([['path', 'b.OVF']]), ovf)],
    ['not as an OVA whose descriptor is the second', false, tarArchive(tarFile('a', small), ovf)],
    ['as tar if the descriptor comes later', true, tarArchive(tarFile('a', disk), ovf)],
    [
      'as tar if the first headers are broken',
      true,
      tarArchive(tarFile('x', '9 path=', { type: 'x' }), ovf),
    ],
    [
      'as tar if the first header is too long',
      true,
      tarHeader({ name: 'x', type: 'x', size: octal(2 ** 30, 12) }),
    ],
  ])('%s', (_, expected, head) => {
    expect(tar.detect({ head: head.subarray(0, 131_072) })).toBe(expected);
  });
});
