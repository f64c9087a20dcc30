import { crc32, deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { zip } from '../../../formats/zip.ts';
import { type ZipEnd, type ZipFields, zipArchive } from '../make-zip.ts';
import { entryOf, readArchive, verdictOn, ways } from '../read-archive.ts';
import { diskLikeBytes, sequence } from '../shared/decoding.ts';

const disk = diskLikeBytes(300_000);
const member: ZipFields = { name: 'disk.raw', content: disk };
const small: ZipFields = { name: 'disk.raw', content: 'small\n' };
const stored: ZipFields = { ...small, method: 0 };
const text = (bytes: string): Uint8Array => Buffer.from(bytes, 'latin1');
const fakeEnd = text(`PK\x05\x06${'\0'.repeat(18)}`);

/** An Info-ZIP Unicode name. */
function unicodeName(name: string, ofName: string): Uint8Array {
  const field = Buffer.alloc(9);
  field.writeUInt16LE(0x7075, 0);
  field.writeUInt16LE(5 + Buffer.byteLength(name), 2);
  field[4] = 1;
  field.writeUInt32LE(crc32(ofName), 5);
  return Buffer.concat([field, Buffer.from(name)]);
}

describe('reads', () => {
  const cases: [string, ZipFields[], ZipEnd][] = [
    ['deflate', [member], {}],
    ['what is stored', [{ ...member, method: 0 }], {}],
    ['an empty member', [{ name: 'disk.raw', content: '' }], {}],
    ['an empty member that is stored', [{ name: 'disk.raw', content: '', method: 0 }], {}],
    ['a data descriptor', [{ ...member, descriptor: 'signed' }], {}],
    ['a data descriptor without a signature', [{ ...member, descriptor: 'bare' }], {}],
    ['a data descriptor of zip64', [{ ...member, descriptor: 'signed64' }], {}],
    ['a bare data descriptor of zip64', [{ ...member, descriptor: 'bare64' }], {}],
    ['a descriptor behind what is stored', [{ ...member, method: 0, descriptor: 'signed' }], {}],
    [
      'a descriptor and a header that tells as well',
      [{ ...member, descriptor: 'signed', local: { bytes: 300_000, crc: crc32(disk) } }],
      {},
    ],
    ['zip64 sizes in front of the data', [{ ...member, zip64: 'local' }], {}],
    ['zip64 sizes in the directory', [{ ...member, zip64: 'central' }], {}],
    ['zip64 sizes in both', [{ ...member, zip64: 'both', extra: text('UT\x01\x00x') }], {}],
    ['a zip64 end record', [member], { zip64: true }],
    ['a comment', [member], { comment: 'made by hand' }],
    ['the longest comment', [member], { comment: 'x'.repeat(65_535) }],
    ['bytes that belong to no member', [{ ...member, gap: text('gap') }], {}],
    ['no Unix mode', [{ ...member, attributes: 0x20 }], {}],
    ['the flag of UTF-8', [{ ...member, flags: 0x800 }], {}],
  ];
  describe.each(ways)('from a %s', (way) => {
    test.each(cases)('%s', async (_, members, end) => {
      const bytes = zipArchive(members, end);
      const wanted = members.map(({ name, content = '' }) => entryOf(name, content));
      expect(await readArchive(zip, bytes, way)).toEqual(wanted);
      expect(zip.detect({ head: bytes.subarray(0, 131_072) })).toBe(members[0]?.gap === undefined);
    });

    test('many members in the order of the directory, without folders', async () => {
      const files = Array.from({ length: 60 }, (_, i) => ({
        name: `folder/member-${i}`,
        content: disk.subarray(0, i * 400),
        method: i % 2 === 0 ? 8 : 0,
        ...(i % 3 === 0 && { descriptor: 'signed' as const }),
      }));
      const folder = { name: 'folder/', method: 0, attributes: 0o040755 * 2 ** 16 };
      const bytes = zipArchive([folder, { ...folder, name: 'folder/empty/' }, ...files]);
      const wanted = files.map(({ name, content }) => entryOf(name, content));
      expect(await readArchive(zip, bytes, way)).toEqual(wanted);
    });
  });

  test('names in code page 437, in UTF-8 and in a field of their own', async () => {
    const named = (name: string, more: Partial<ZipFields> = {}): ZipFields[] => [
      { ...small, name, ...more },
    ];
    const name = async (members: ZipFields[]): Promise<string[]> =>
      (await readArchive(zip, zipArchive(members))).map((entry) => entry.name);
    expect(await name(named('ö.raw', { flags: 0x800 }))).toEqual(['ö.raw']);
    expect(await name(named('ö.raw'))).toEqual(['├╢.raw']);
    expect(await name(named('x.raw', { extra: unicodeName('ö.raw', 'x.raw') }))).toEqual(['ö.raw']);
    expect(await name(named('x.raw', { extra: unicodeName('ö.raw', 'other') }))).toEqual(['x.raw']);
  });
});

describe('refuses', () => {
  const named = (name: string, more: Partial<ZipFields> = {}): Uint8Array =>
    zipArchive([{ ...small, name, ...more }]);
  const of = (more: Partial<ZipFields>, end: ZipEnd = {}): Uint8Array =>
    zipArchive([{ ...small, ...more }], end);
  const link = 0o120777 * 2 ** 16;
  const good = zipArchive([small]);

  const cases: [string, string, Uint8Array][] = [
    ['an absolute name', 'unsafe-path', named('/etc/cron.d/evil')],
    ['a name that leads upwards', 'unsafe-path', named('../../evil')],
    ['a name with a backslash', 'unsafe-path', named('a\\disk.raw')],
    ['a name on a drive', 'unsafe-path', named('C:/disk.raw')],
    ['a name with a zero byte', 'unsafe-path', named('disk.raw\0.txt')],
    [
      'an unsafe name in a field of its own',
      'unsafe-path',
      named('x.raw', { extra: unicodeName('../evil', 'x.raw') }),
    ],
    ['a file without a name', 'corrupt-header', named('')],
    ['a folder with data', 'corrupt-header', named('folder/')],
    ['a name twice', 'ambiguous-content', zipArchive([small, { ...small, content: 'other' }])],
    [
      'a name twice in two spellings',
      'ambiguous-content',
      zipArchive([small, { ...small, name: './disk.raw' }]),
    ],
    ['a link', 'unsafe-path', of({ attributes: link })],
    [
      'a link alone among folders',
      'unsafe-path',
      zipArchive([
        { name: 'a/', method: 0 },
        { ...stored, name: 'l', attributes: link },
      ]),
    ],
    ['a device', 'unsupported-variant', of({ attributes: 0o060600 * 2 ** 16 })],
    ['an encrypted member', 'encrypted', of({ flags: 1 })],
    ['strong encryption', 'encrypted', of({ flags: 0x41 })],
    ['strong encryption alone', 'encrypted', of({ flags: 0x40 })],
    ['hidden headers', 'encrypted', of({ flags: 0x2000 })],
    ['bzip2', 'unsupported-feature', of({ method: 12 })],
    ['zstd', 'unsupported-feature', of({ method: 93 })],
    ['xz', 'unsupported-feature', of({ method: 95 })],
    ['an unknown method', 'unsupported-feature', of({ method: 77 })],
    ['another name in front of the data', 'ambiguous-content', of({ local: { name: 'evil.raw' } })],
    ['another method in front of the data', 'corrupt-header', of({ local: { method: 0 } })],
    ['another encryption in front of the data', 'corrupt-header', of({ local: { flags: 1 } })],
    ['another size in front of the data', 'corrupt-header', of({ local: { bytes: 7 } })],
    [
      'another packed size in front of the data',
      'corrupt-header',
      of({ local: { packedBytes: 7 } }),
    ],
    ['another CRC32 in front of the data', 'corrupt-header', of({ local: { crc: 7 } })],
    [
      'no sizes in front of the data',
      'corrupt-header',
      of({ local: { bytes: 0, packedBytes: 0 } }),
    ],
    [
      'other sizes beside a descriptor',
      'corrupt-header',
      of({ descriptor: 'signed', local: { bytes: 7 } }),
    ],
    ['no descriptor', 'corrupt-header', of({ descriptor: 'missing' })],
    [
      'a descriptor of another member',
      'corrupt-header',
      of({ descriptor: 'signed', central: { crc: crc32('other') } }),
    ],
    ['a wrong CRC32', 'checksum', of({ central: { crc: 7 }, local: { crc: 7 } })],
    [
      'a wrong CRC32 of what is stored',
      'checksum',
      zipArchive([{ ...stored, central: { crc: 7 }, local: { crc: 7 } }]),
    ],
    ['more data than stated', 'corrupt-data', of({ central: { bytes: 3 }, local: { bytes: 3 } })],
    ['less data than stated', 'corrupt-data', of({ central: { bytes: 9 }, local: { bytes: 9 } })],
    [
      'two sizes of what is stored',
      'corrupt-header',
      zipArchive([{ ...stored, central: { bytes: 3 }, local: { bytes: 3 } }]),
    ],
    [
      'bytes behind the end of the packed data',
      'corrupt-data',
      of({ method: 8, packed: Buffer.concat([deflateRawSync('small\n'), text('tail')]) }),
    ],
    [
      'packed data that is cut',
      'corrupt-data',
      of({ method: 8, packed: deflateRawSync('small\n').subarray(0, 4) }),
    ],
    ['packed data that is none', 'corrupt-data', of({ method: 8, packed: text('\xff\xff\xff') })],
    [
      'a member inside another one',
      'corrupt-table',
      zipArchive([
        { name: 'a', method: 0, content: zipArchive([{ ...stored, name: 'b' }]).subarray(0, 37) },
        { ...stored, name: 'b', central: { offset: 31 } },
      ]),
    ],
    ['a member without bytes of its own', 'truncated', of({ central: { offset: 0x7fff_0000 } })],
    ['a member where no header is', 'corrupt-header', of({ central: { offset: 3 } })],
    ['no end record', 'truncated', good.subarray(0, good.length - 22)],
    ['a cut end record', 'truncated', good.subarray(0, good.length - 1)],
    ['a cut comment', 'truncated', of({}, { comment: 'comment' }).subarray(0, -3)],
    ['other bytes behind the archive', 'trailing-data', Buffer.concat([good, text('tail')])],
    ['other bytes before the archive', 'unsupported-feature', Buffer.concat([text('MZ'), good])],
    ['bytes before the end record', 'unsupported-feature', of({}, { gap: text('gap') })],
    ['a second end record in the comment', 'ambiguous-content', of({}, { comment: fakeEnd })],
    [
      'the start of an end record in the comment',
      'corrupt-header',
      of({}, { comment: `PK\x05\x06${'x'.repeat(40)}` }),
    ],
    ['a part of several', 'unsupported-feature', of({}, { disk: 1 })],
    ['fewer entries on this disk', 'unsupported-feature', of({}, { entries: 1, entriesHere: 0 })],
    ['more entries than there are', 'corrupt-header', of({}, { entries: 2 })],
    ['65534 entries', 'corrupt-header', of({}, { entries: 65_534 })],
    [
      'fewer entries than there are',
      'corrupt-header',
      zipArchive([small, { ...small, name: 'b' }], { entries: 1 }),
    ],
    ['a directory that is too long', 'corrupt-header', of({}, { directoryBytes: 500 })],
    ['a directory that is too short', 'unsupported-feature', of({}, { directoryBytes: 50 })],
    ['a directory past the end', 'corrupt-header', of({}, { directoryOffset: 0x7fff_ffff })],
    [
      'a zip64 end record that is not there',
      'corrupt-header',
      of({}, { zip64: true, patch64: (_, locator) => locator.writeUInt8(7, 8) }),
    ],
    [
      'a zip64 end record past the end',
      'corrupt-header',
      of({}, { zip64: true, patch64: (_, locator) => locator.fill(0xff, 8, 16) }),
    ],
    [
      'a zip64 end record of another length',
      'corrupt-header',
      of({}, { zip64: true, patch64: (record) => record.writeUInt8(45, 4) }),
    ],
    [
      'a zip64 count of 2^60',
      'corrupt-header',
      of({}, { zip64: true, patch64: (record) => record.fill(0x10, 24, 40) }),
    ],
    [
      'a zip64 archive of several parts',
      'unsupported-feature',
      of({}, { zip64: true, patch64: (_, locator) => locator.writeUInt32LE(2, 16) }),
    ],
  ];
  describe.each(ways)('from a %s', (way) => {
    test.each(cases)('%s as %s', async (_, reason, bytes) => {
      expect(await verdictOn(zip, bytes, way)).toBe(reason);
    });
  });

  test('an old end record that differs from the new one', async () => {
    const bytes = Buffer.from(of({}, { zip64: true }));
    bytes.writeUInt16LE(3, bytes.length - 22 + 10);
    expect(await verdictOn(zip, bytes)).toBe('corrupt-header');
    bytes.writeUInt16LE(0xffff, bytes.length - 22 + 10);
    expect(await verdictOn(zip, bytes)).toBe('accepted');
    bytes.writeUInt32LE(0, bytes.length - 22 + 16);
    expect(await verdictOn(zip, bytes)).toBe('corrupt-header');
  });

  test('more members or bytes than the limits allow', async () => {
    const members = Array.from({ length: 31 }, (_, i) => ({ ...small, name: `${i}` }));
    expect(await verdictOn(zip, zipArchive(members), 'file', { members: 31 })).toBe('accepted');
    expect(await verdictOn(zip, zipArchive(members), 'file', { members: 30 })).toBe('limit');
    const many = Array.from({ length: 10_001 }, (_, i) => ({ ...stored, name: `${i}` }));
    expect(await verdictOn(zip, zipArchive(many))).toBe('limit');
    expect(await verdictOn(zip, zipArchive([member]), 'file', { virtualBytes: 1000 })).toBe(
      'limit',
    );
  });

  test('every cut', async () => {
    const bytes = zipArchive([
      { ...small, descriptor: 'signed' },
      { ...stored, name: 'b' },
    ]);
    expect(await verdictOn(zip, bytes)).toBe('accepted');
    for (let length = 0; length < bytes.length; length += 1) {
      expect(await verdictOn(zip, bytes.subarray(0, length))).toBe('truncated');
    }
  });

  test('every flipped bit that would change the content', async () => {
    const bytes = zipArchive([
      { ...small, descriptor: 'signed' },
      { ...stored, name: 'b' },
    ]);
    const wanted = await readArchive(zip, bytes);
    const next = sequence(7);
    let accepted = 0;
    for (let i = 0; i < 600; i += 1) {
      const at = next(bytes.length);
      const flipped = Uint8Array.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << next(8));
      if ((await verdictOn(zip, flipped)) !== 'accepted') continue;
      accepted += 1;
      // Versions, times and attributes may differ without an error.
      expect(await readArchive(zip, flipped)).toEqual(wanted);
    }
    expect(accepted).toBeLessThan(300);
  });
});

test('recognises zip by its first header', () => {
  expect(zip.detect({ head: text('PK\x03\x04') })).toBe(true);
  expect(zip.detect({ head: text('PK\x05\x06') })).toBe(true);
  expect(zip.detect({ head: text('PK\x07\x08') })).toBe(false);
  expect(zip.detect({ head: text('PK') })).toBe(false);
});

test('an archive without a member has no entries', async () => {
  expect(await readArchive(zip, zipArchive([]))).toEqual([]);
});
