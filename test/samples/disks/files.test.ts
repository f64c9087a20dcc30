import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type DiskRow, readDisk, readDiskRows } from './disk-rows.ts';
import { answerOf, openVolume } from './open-volume.ts';

const rows = readDiskRows();
const mostBytes = 256 * 1024 * 1024;

/** A row with `vol:/path`; sections of a UKI have another reader. */
function* readsOf(row: DiskRow) {
  const good = [...row.files, row.kernel, ...row.initrds];
  for (const { path, sha256 } of good) {
    if (path !== '' && !path.includes('#')) yield { path, sha256 };
  }
}

async function read(row: DiskRow, place: string): Promise<string | undefined> {
  const [volume = '', path = ''] = split(place);
  const files = await openVolume(row, readDisk(row), volume);
  if (files === undefined) return undefined;
  const bytes = await files.read(path, { mostBytes });
  return createHash('sha256').update(bytes).digest('hex');
}

function split(place: string): [string, string] {
  const at = place.indexOf(':');
  return [place.slice(0, at), place.slice(at + 1)];
}

const reads = rows.flatMap((row) => [...readsOf(row)].map((one) => ({ ...one, row })));

describe('a file of a disk', () => {
  test.for(reads)('$row.file $path', async ({ row, path, sha256 }, { skip }) => {
    const found = row.expect.includes('ok')
      ? await read(row, path).catch((error) => {
          if (row.expect.length === 1) throw error;
          return answerOf(Promise.reject(error));
        })
      : await read(row, path);
    if (found === undefined) skip();
    expect([sha256, ...row.expect]).toContain(found);
  });
});

const refused = rows.flatMap((row) => row.refused.map((one) => ({ ...one, row })));

describe('a file that cannot be read correctly', () => {
  test.for(refused)('$row.file $path', async ({ row, path, reason }, { skip }) => {
    let isKnown = true;
    const answer = await answerOf(
      read(row, path).then((found) => {
        isKnown = found !== undefined;
      }),
    );
    if (!isKnown) skip();
    expect(reason.split('|')).toContain(answer);
  });
});

const hostile = rows.filter(({ file, kernel, rootFs }) => {
  return (
    /^bad-(?:ext|xfs|btrfs|fat)-(?!ukisec)/.test(file) && kernel.path === '' && rootFs !== 'none'
  );
});

describe('a hostile disk', () => {
  test.for(hostile)('$file', async (row, { skip }) => {
    const place = /^bad-fat/.test(row.file)
      ? 'esp:/EFI/Linux/arch-6.6.efi'
      : 'root:/boot/vmlinuz-6.1';
    let isKnown = true;
    const answer = await answerOf(
      read(row, place).then((found) => {
        isKnown = found !== undefined;
      }),
    );
    if (!isKnown) skip();
    expect(row.expect).toContain(answer);
  });
});
