import { describe, expect, test } from 'vitest';
import { named } from '../../../formats/filesystems/named.ts';
import { memorySource } from './memory-source.ts';

const context = { signal: new AbortController().signal, log: () => {} };

/** A volume of 1 MiB with these bytes in it. */
function volumeWith(...parts: [at: number, bytes: string | number[]][]): Buffer {
  const volume = Buffer.alloc(1024 * 1024);
  for (const [at, bytes] of parts) {
    (typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : Buffer.from(bytes)).copy(
      volume,
      at,
    );
  }
  return volume;
}

const ext4: [number, number[]] = [1080, [0x53, 0xef]];
const ufs2: [number, number[]] = [65_536 + 1372, [0x19, 0x01, 0x54, 0x19]];

describe('recognizes by name', () => {
  test.each([
    ['squashfs', [[0, 'hsqs']]],
    ['erofs', [[1024, [0xe2, 0xe1, 0xf5, 0xe0]]]],
    ['f2fs', [[1024, [0x10, 0x20, 0xf5, 0xf2]]]],
    ['UFS2', [ufs2]],
    ['UFS1', [[8192 + 1372, [0x54, 0x19, 0x01, 0x00]]]],
    ['ZFS', [[131_072 + 5 * 1024, [0x0c, 0xb1, 0xba, 0, 0, 0, 0, 0]]]],
    ['ZFS', [[131_072, [0, 0, 0, 0, 0, 0xba, 0xb1, 0x0c]]]],
    ['mdraid', [[4096, [0xfc, 0x4e, 0x2b, 0xa9, 1, 0, 0, 0]], ext4]],
    ['swap', [[4086, 'SWAPSPACE2']]],
    ['NTFS', [[3, 'NTFS    ']]],
    ['exFAT', [[3, 'EXFAT   ']]],
    ['ISO 9660', [[32_769, 'CD001']]],
  ] as [string, [number, string | number[]][]][])('%s', async (name, parts) => {
    const volume = volumeWith(...parts);
    expect(named.detect({ head: volume.subarray(0, 256 * 1024) })).toBe(true);
    await expect(named.open(memorySource(volume), context)).rejects.toMatchObject({
      code: 'ERR_UNSUPPORTED_FORMAT',
      details: { reason: 'unsupported-feature' },
      message: expect.stringContaining(name),
    });
  });

  test('LUKS by its version and UUID', async () => {
    const uuid = '11223344-5566-7788-99aa-bbccddeeff00';
    const volume = volumeWith([0, 'LUKS\xba\xbe\0\x02'], [168, uuid]);
    await expect(named.open(memorySource(volume), context)).rejects.toMatchObject({
      details: { reason: 'encrypted', format: 'luks' },
      message: `The volume is encrypted (LUKS2 with UUID ${uuid})`,
    });
  });

  test('does not name the older content under an ext4 file system', () => {
    expect(named.detect({ head: volumeWith(ufs2, ext4).subarray(0, 256 * 1024) })).toBe(false);
  });

  test('finds no name for zeros and short volumes', () => {
    expect(named.detect({ head: volumeWith() })).toBe(false);
    expect(named.detect({ head: new Uint8Array(0) })).toBe(false);
  });
});
