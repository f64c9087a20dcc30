import { describe, expect, test } from 'vitest';
import { ova } from '../../../formats/ova.ts';
import { tar } from '../../../formats/tar.ts';
import { type Archive, isImageError, type WantedEntry } from '../../../src/kit.ts';
import { type Member, manifestLine, type OvfFields, ovaArchive, ovf } from '../make-ova.ts';
import { tarArchive, tarFile, tarHeader } from '../make-tar.ts';
import {
  entryOf,
  readArchive,
  sourceOf,
  spoolingContext,
  type Way,
  ways,
} from '../read-archive.ts';
import { diskLikeBytes, sha256 } from '../shared/decoding.ts';

const content = diskLikeBytes(200_000);
/** Files that the reader of a sparse VMDK would itself recognize as cut. */
const vmdk = Buffer.concat([Buffer.from('KDMV'), content]);
const disk: Member = ['disk.vmdk', vmdk];
const vm: Member = ['vm.ovf', ovf()];
const described = (fields: OvfFields): Member => ['vm.ovf', ovf(fields)];
const file = (more: Record<string, string>): Member =>
  described({ files: [{ href: 'disk.vmdk', id: 'file1', ...more }] });
const zeros = '0'.repeat(64);
const manifest = (...lines: string[]): Member => ['vm.mf', lines.join('')];

/** Name and digest of the caller's result, or the error; and the log. */
async function choose(
  archive: Archive,
  bytes: Uint8Array,
  way: Way,
  wanted: WantedEntry = {},
): Promise<{ answer: string; log: string[] }> {
  const context = spoolingContext();
  const log: string[] = [];
  const heard = { ...context, log: ({ message }: { message: string }) => void log.push(message) };
  const found: string[] = [];
  try {
    for await (const entry of archive.entries(sourceOf(bytes, way, context), heard, wanted)) {
      const pieces: Uint8Array[] = [];
      for await (const piece of entry.source.stream()) pieces.push(piece.slice());
      await entry.finish();
      found.push(`${entry.name} ${sha256(Buffer.concat(pieces))}`);
    }
    return { answer: found.join(), log };
  } catch (error) {
    if (!isImageError(error)) throw error;
    const reason = Reflect.get(error.details, 'reason');
    return { answer: `${reason}: ${error.message} ${error.hint}`, log };
  } finally {
    await context.close();
  }
}

const whole = `disk.vmdk ${sha256(vmdk)}`;
const two = {
  files: ['a', 'b'].map((id) => ({ href: `${id}.vmdk`, id })),
  disks: [{ fileRef: 'a' }, { fileRef: 'b' }],
};

describe.each(ways)('from a %s', (way) => {
  test.each<[string, Uint8Array, string?]>([
    ['after a readme', ovaArchive(['README', 'x'], vm, disk)],
    ['after its manifest', ovaArchive(manifest(manifestLine(disk), manifestLine(vm)), vm, disk)],
    [
      'in a folder',
      tarArchive(
        tarHeader({ name: 'box/', type: '5' }),
        tarFile('box/vm.ovf', ovf()),
        tarFile('box/vm.mf', manifestLine(disk)),
        tarFile('box/disk.vmdk', vmdk),
      ),
      `box/disk.vmdk ${sha256(vmdk)}`,
    ],
    [
      'between AppleDouble',
      ovaArchive(['._vm.ovf', 'x'], vm, ['._disk.vmdk', 'x'], disk, ['._vm.mf', 'no digest']),
    ],
    [
      'beside links and devices',
      tarArchive(
        tarHeader({ name: 'l', type: '2' }),
        tarFile(...vm),
        tarFile(...disk),
        tarHeader({ name: 'p', type: '6' }),
      ),
    ],
    [
      'with an empty reference',
      ovaArchive(
        described({ disks: [{ fileRef: '', capacity: '1' }, { fileRef: 'file1' }] }),
        disk,
      ),
    ],
    [
      'without the files beside the disk',
      ovaArchive(
        described({
          files: [
            { href: 'vm.nvram', id: 'n', size: '9' },
            { href: 'disk.vmdk', id: 'file1' },
            { href: 'http://host/a.iso', id: 'i' },
            { href: '', id: 'e' },
          ],
        }),
        manifest(manifestLine(disk), manifestLine(['vm.nvram', 'x'])),
        disk,
      ),
    ],
    ['with another spelling', ovaArchive(file({ href: './disk.vmdk' }), disk)],
    ['in parts that is one file', ovaArchive(file({ chunkSize: '1000' }), disk)],
    ['of a size that is too small', ovaArchive(file({ size: '7' }), disk)],
    ['of a size that is too large', ovaArchive(file({ size: '7000000' }), disk)],
  ])('a disk %s', async (_, bytes, answer = whole) => {
    expect(ova.detect({ head: bytes.subarray(0, 131_072) })).toBe(true);
    expect((await choose(ova, bytes, way)).answer).toBe(answer);
    const [name = ''] = answer.split(' ');
    expect((await choose(ova, bytes, way, { name })).answer).toBe(answer);
  });

  test('warns of sizes and files that differ from their description', async () => {
    const short = await choose(ova, ovaArchive(file({ size: '7000000' }), disk), way);
    expect(short.log).toEqual(['an OVA member is shorter than its descriptor says']);
    const listed = manifest(manifestLine(['vm.nvram', 'x']));
    expect((await choose(ova, ovaArchive(vm, disk, listed), way)).log).toEqual([
      'the manifest of the OVA lists a file that is not there',
    ]);
  });

  test('a raw disk whose stated size is too large may have been cut', async () => {
    const bytes = ovaArchive(file({ size: '7000000' }), ['disk.vmdk', content]);
    expect((await choose(ova, bytes, way)).answer).toMatch(/^truncated/);
  });

  describe('an href is a URI', () => {
    const named = (href: string, name: string): Uint8Array =>
      ovaArchive(file({ href }), [name, vmdk]);
    test.each([
      ['my%20disk.vmdk', 'my disk.vmdk'],
      ['my%20disk.vmdk', 'my%20disk.vmdk'],
      ['my disk.vmdk', 'my disk.vmdk'],
      ['100%.vmdk', '100%.vmdk'],
      ['Gr%C3%B6%C3%9Fe.vmdk', 'Größe.vmdk'],
      ['a%2Fb.vmdk', 'a/b.vmdk'],
    ])('%s is %s', async (href, name) => {
      const wanted = `${name} ${sha256(vmdk)}`;
      expect((await choose(ova, named(href, name), way)).answer).toBe(wanted);
      expect((await choose(ova, named(href, name), way, { name })).answer).toBe(wanted);
      const sums = manifest(manifestLine([name, vmdk], 'SHA256', zeros));
      const bytes = ovaArchive(file({ href }), [name, vmdk], sums);
      expect((await choose(ova, bytes, way)).answer).toMatch(
        /does not match the archive's manifest|no digest/,
      );
    });

    test.each([
      '%2e%2e/disk.vmdk',
      '..%2Fdisk.vmdk',
      '%2Fetc%2Fpasswd',
      'a%00.vmdk',
      'a%5Cb.vmdk',
      'C%3A/x',
    ])('but never leads out of its folder: %s', async (href) => {
      expect((await choose(ova, named(href, 'disk.vmdk'), way)).answer).toMatch(/^unsafe-path/);
    });

    test('and two members that it may mean are ambiguous', async () => {
      const bytes = ovaArchive(
        file({ href: 'a%20b.vmdk' }),
        ['a b.vmdk', vmdk],
        ['a%20b.vmdk', vmdk],
      );
      expect((await choose(ova, bytes, way)).answer).toMatch(/^ambiguous-content/);
    });
  });

  describe('parts are joined', () => {
    const size = 50_000;
    const parts = (): Member[] =>
      Array.from({ length: Math.ceil(vmdk.length / size) }, (_, i): Member => {
        return [`disk.vmdk.00000000${i}`, vmdk.subarray(i * size, (i + 1) * size)];
      });
    const head = file({ chunkSize: `${size}`, size: `${vmdk.length}` });

    test('in order, each with its digest', async () => {
      const sums = manifest(...parts().map((part) => manifestLine(part)));
      for (const bytes of [
        ovaArchive(head, ...parts()),
        ovaArchive(head, sums, ...parts()),
        ovaArchive(head, ...parts(), ['vm.nvram', 'x'], sums),
        ovaArchive(file({ chunkSize: `${size}` }), ...parts()),
      ]) {
        expect((await choose(ova, bytes, way)).answer).toBe(whole);
      }
    });

    test.each<[string, RegExp, Member[]]>([
      ['one is missing', /^(truncated|corrupt-header)/, parts().toSpliced(2, 1)],
      ['the last is missing', /^truncated/, parts().slice(0, -1)],
      ['the first is missing', /^truncated/, parts().slice(1)],
      ['the order differs', /^(truncated|ambiguous-content|corrupt-header)/, parts().toReversed()],
      ['one is short', /^corrupt-header/, parts().with(1, ['disk.vmdk.000000001', 'short'])],
      [
        'one is damaged',
        /does not match/,
        [...parts(), manifest(manifestLine(parts()[1] ?? disk, 'SHA256', zeros))],
      ],
    ])('but not if %s', async (_, answer, members) => {
      expect((await choose(ova, ovaArchive(head, ...members), way)).answer).toMatch(answer);
    });
  });

  test('of several disks the named one is read, and no other need exist', async () => {
    const bytes = ovaArchive(described(two), ['a.vmdk', vmdk]);
    expect((await choose(ova, bytes, way, { name: 'a.vmdk' })).answer).toBe(
      `a.vmdk ${sha256(vmdk)}`,
    );
    expect((await choose(ova, bytes, way, { name: 'b.vmdk' })).answer).toMatch(/^truncated/);
    const several = (await choose(ova, bytes, way)).answer;
    expect(several).toMatch(/^ambiguous-content: .*"a\.vmdk", "b\.vmdk".*--entry/);
  });

  test('a disk whose path goes through a link is refused', async () => {
    const bytes = tarArchive(
      tarFile(...file({ href: 'd/disk.vmdk' })),
      tarFile('d/disk.vmdk', vmdk),
      tarHeader({ name: 'd', type: '2', link: '/tmp' }),
    );
    expect((await choose(ova, bytes, way)).answer).toMatch(/^unsafe-path/);
  });
});

describe.each(ways)('a descriptor at the end of a %s', (way) => {
  const sums = manifest(manifestLine(disk), manifestLine(vm));
  test.each<[string, Archive]>([
    ['tar', tar],
    ['ova', ova],
  ])('is found when read as %s', async (_, archive) => {
    for (const members of [
      [disk, vm],
      [disk, sums, vm],
      [disk, vm, sums],
    ]) {
      const bytes = ovaArchive(...members);
      expect(tar.detect({ head: bytes.subarray(0, 131_072) })).toBe(true);
      expect((await choose(archive, bytes, way)).answer).toBe(whole);
      expect((await choose(archive, bytes, way, { name: 'disk.vmdk' })).answer).toBe(whole);
    }
    const wrong = manifest(manifestLine(disk, 'SHA256', zeros));
    expect((await choose(archive, ovaArchive(disk, wrong, vm), way)).answer).toMatch(
      /does not match/,
    );
    expect((await choose(archive, ovaArchive(disk, described(two)), way)).answer).toMatch(
      /^ambiguous-content: .*"a\.vmdk", "b\.vmdk"/,
    );
  });

  test('is refused if it names another member than the first', async () => {
    const bytes = ovaArchive(['bios.bin', vmdk], disk, vm);
    const { answer } = await choose(tar, bytes, way);
    // Consumed bytes of a stream cannot be read again.
    if (way === 'stream') expect(answer).toMatch(/^ambiguous-content: .*"disk\.vmdk".*--entry/);
    else expect(answer).toBe(whole);
    expect((await choose(tar, bytes, way, { name: 'disk.vmdk' })).answer).toBe(whole);
    expect((await choose(ova, bytes, way)).answer).toBe(whole);
  });
});

test('a tar archive without a descriptor is not an OVA', async () => {
  expect((await choose(ova, ovaArchive(disk), 'file')).answer).toMatch(/^corrupt-header/);
  expect(await readArchive(tar, ovaArchive(disk))).toEqual([entryOf(...disk)]);
});
