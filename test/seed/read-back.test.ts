import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createSeed, type SeedOptions } from '../../src/index.ts';
import { tempDir } from '../cache/temp-dir.ts';
import { hasProgram, runProgram } from './read-back.ts';

const MiB = 1024 ** 2;
const metaData = 'instance-id: "web-1"\r\nlocal-hostname: web\r\n';
const seeds: [string, SeedOptions][] = [
  [
    'with CR LF',
    {
      userData: '#cloud-config\r\nhostname: web\r\n',
      metaData,
      vendorData: '#cloud-config\r\n{}\r\n',
      networkConfig: 'version: 2\r\nethernets: {}\r\n',
    },
  ],
  [
    'of nearly 10 MiB',
    {
      userData: `#cloud-config\n#${'0123456789abcde\n#'.repeat((10 * MiB - 1024) / 17)}`,
      metaData,
    },
  ],
  ['whose user data is empty', { userData: '', metaData }],
];

describe.each(seeds)('a seed %s is read back byte for byte', (_, options) => {
  const { userData = '', vendorData, networkConfig } = options;
  const expected = Object.entries({
    'user-data': userData,
    'meta-data': metaData,
    'vendor-data': vendorData,
    'network-config': networkConfig,
  }).filter(([, part]) => part !== undefined);

  async function write(vfat: boolean): Promise<string> {
    const path = join(await tempDir(), 'seed');
    await writeFile(path, (await createSeed({ ...options, vfat })).bytes);
    return path;
  }
  function check(read: (name: string) => Buffer): void {
    for (const [name, part] of expected) {
      expect(read(name).equals(Buffer.from(part as string)), name).toBe(true);
    }
  }

  test.skipIf(!hasProgram('isoinfo'))('by isoinfo, from the disc', async () => {
    const path = await write(false);
    check((name) => runProgram('isoinfo', ['-R', '-i', path, '-x', `/${name}`]));
  });

  test.skipIf(!hasProgram('bsdtar'))('by bsdtar, from the disc', async () => {
    const path = await write(false);
    const names = runProgram('bsdtar', ['-tf', path]).toString().split('\n');
    expect(names.filter((name) => name !== '' && name !== '.').toSorted()).toEqual(
      expected.map(([name]) => name).toSorted(),
    );
    check((name) => runProgram('bsdtar', ['-xOf', path, name]));
  });

  test.skipIf(!hasProgram('mtype'))('by mtools, from the FAT file system', async () => {
    const path = await write(true);
    check((name) => runProgram('mcopy', ['-i', path, `::/${name}`, '-']));
  });
});
