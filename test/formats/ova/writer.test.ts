import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { describe, expect, test } from 'vitest';
import { ova, ovaWriter } from '../../../formats/ova.ts';
import { vmdk, vmdkWriter } from '../../../formats/vmdk.ts';
import { anyExtents, placeExtents } from '../any-extents.ts';
import { decodeDisk } from '../decode-disk.ts';
import { content, digestOf } from '../qcow2/disk.ts';
import { readArchive } from '../read-archive.ts';
import { sha256 } from '../shared/decoding.ts';
import { diskOf, writeDisk } from '../writing/write-disk.ts';

const MiB = 1024 * 1024;
const envelopeAt = 512;
const envelopeBytes = 8192;
const diskAt = envelopeAt + envelopeBytes + 512 + 512 + 512;
const size = 3 * MiB + 512;
const disk = diskOf(size, [
  { position: 0, bytes: content('text', 1, 100_000) },
  { position: 2 * MiB, bytes: content('noise', 2, 70_000) },
]);

test('any layout reads back equal, and is written the same way twice', async () => {
  const sizes = fc.integer({ min: 1, max: 5 * 2048 }).map((sectors) => sectors * 512);
  const property = fc.asyncProperty(sizes, anyExtents, async (bytes, any) => {
    const parts = placeExtents(any, bytes);
    const file = (await writeDisk(ovaWriter, diskOf(bytes, parts))).bytes;
    // Its reader compares every member with the manifest, and the length of the disk with the descriptor.
    const [entry, second] = await readArchive(ova, file);
    expect([entry?.name, second]).toEqual(['image.vmdk', undefined]);
    const inside = file.subarray(diskAt, diskAt + (entry?.sizeBytes ?? 0));
    expect(sha256(inside)).toBe(entry?.sha256);
    expect((await decodeDisk(vmdk, inside)).sha256()).toBe(digestOf(bytes, parts));
    const again = (await writeDisk(ovaWriter, diskOf(bytes, parts))).bytes;
    expect(Buffer.compare(again, file)).toBe(0);
  });
  await fc.assert(property, { numRuns: 30, seed: 16 });
});

test('the disk inside equals the output of the VMDK writer', async () => {
  const [file, alone] = await Promise.all(
    [ovaWriter, vmdkWriter].map(async (writer) => (await writeDisk(writer, disk)).bytes),
  );
  const inside = file?.subarray(diskAt, diskAt + (alone?.length ?? 0)) ?? new Uint8Array();
  expect(Buffer.compare(inside, alone ?? new Uint8Array())).toBe(0);
});

describe('the descriptor', () => {
  async function envelopeOf(options: Record<string, string> = {}): Promise<string> {
    const { bytes } = await writeDisk(ovaWriter, disk, { options });
    return Buffer.from(bytes.subarray(envelopeAt, envelopeAt + envelopeBytes)).toString('utf8');
  }

  test('is well-formed and describes the disk', async () => {
    const text = await envelopeOf();
    expect(XMLValidator.validate(text)).toBe(true);
    const parser = new XMLParser({ ignoreAttributes: false, removeNSPrefix: true });
    const { Envelope } = parser.parse(text);
    const { bytes } = await writeDisk(vmdkWriter, disk);
    const file = { '@_href': 'image.vmdk', '@_id': 'file1', '@_size': String(bytes.length) };
    expect(Envelope.References.File).toEqual(file);
    expect(Envelope.DiskSection.Disk).toMatchObject({
      '@_capacity': String(size),
      '@_capacityAllocationUnits': 'byte',
      '@_fileRef': 'file1',
      '@_format': 'http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized',
    });
    const { Item } = Envelope.VirtualSystem.VirtualHardwareSection;
    const types = Item.map((item: { ResourceType: number }) => item.ResourceType);
    expect(types).toEqual([3, 4, 6, 17, 10]);
    expect(Item[3]).toMatchObject({ HostResource: 'ovf:/disk/vmdisk1', Parent: 3 });
  });

  test.each([
    ['linux', 'bios', 'ovf:id="101" vmw:osType="otherLinux64Guest"'],
    ['freebsd', 'efi', 'ovf:id="78" vmw:osType="freebsd64Guest"'],
    ['other', 'efi', 'ovf:id="102" vmw:osType="otherGuest64"'],
  ])('names the system %s and the firmware %s', async (os, firmware, system) => {
    const text = await envelopeOf({ os, firmware });
    expect(text).toContain(`<OperatingSystemSection ${system}>`);
    expect(text).toContain(`vmw:key="firmware" vmw:value="${firmware}"`);
  });
});

test.each(['tar', 'bsdtar'])('%s unpacks it', async (program) => {
  if (spawnSync(program, ['--version']).status !== 0) return;
  const folder = await mkdtemp(join(tmpdir(), 'rootdisk-ova-writer-'));
  const path = join(folder, 'disk.ova');
  await writeFile(path, (await writeDisk(ovaWriter, disk)).bytes);
  const listed = execFileSync(program, ['-tf', path], { encoding: 'utf8' });
  expect(listed).toBe('image.ovf\nimage.mf\nimage.vmdk\n');
  execFileSync(program, ['-xf', path, '-C', folder], { stdio: 'pipe' });
  const [envelope, image] = await Promise.all(
    ['image.ovf', 'image.vmdk'].map((name) => readFile(join(folder, name))),
  );
  const lines = [
    `SHA256(image.ovf)= ${sha256(envelope ?? Buffer.alloc(0))}`,
    `SHA256(image.vmdk)= ${sha256(image ?? Buffer.alloc(0))}`,
  ];
  expect(await readFile(join(folder, 'image.mf'), 'utf8')).toBe(`${lines.join('\n')}\n`);
  await rm(folder, { recursive: true });
});

test('a disk that may not fit is refused before it is written', async () => {
  const tooLarge = { virtualSize: 2000 * 1024 * MiB + 1 };
  await expect(ovaWriter.check(tooLarge, {})).rejects.toMatchObject({
    code: 'ERR_INVALID_REQUEST',
    message: expect.stringContaining('ova'),
  });
});
