import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureImage } from 'rootdisk';
import { defineTier, type Tier, type TierCopy, type TierUpload } from 'rootdisk/kit';

/**
 * Published files in a folder that several machines mount, for example from a file server. A file appears in one step,
 * so no machine reads a partial one. The reader checks every file: one without the published digest is moved aside.
 */
export function folderTier(folder: string): Tier {
  return defineTier({
    id: 'folder',
    title: `the folder ${folder}`,
    apiVersion: 1,
    async visit({ name, role }, { signal }) {
      signal.throwIfAborted();
      // A name has lower-case letters, digits and . - _ + only.
      const path = `${folder}/${name}.${role}`;
      const stats = await stat(path).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined;
        throw error;
      });
      const close = async (): Promise<void> => {};
      if (stats?.isFile()) return { copy: copyOf(path, stats.size), close };
      return { store: (upload) => storeAt(path, upload), close };
    },
  });
}

function copyOf(path: string, sizeBytes: number): TierCopy {
  return {
    url: pathToFileURL(path).href,
    sizeBytes,
    read: (start, end = sizeBytes, signal) =>
      createReadStream(path, { start, end: end - 1, signal, highWaterMark: 1024 * 1024 }),
    // The next machine finds no file, and stores a good one.
    refuse: () => rename(path, `${path}.refused`),
  };
}

async function storeAt(path: string, upload: TierUpload): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}-${Date.now()}`;
  const file = await open(temporary, 'wx');
  try {
    for await (const piece of upload.read(0)) await file.writeFile(piece);
    await file.sync();
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  // For people and other programs: the record of the file, with its proof.
  if (upload.record !== undefined) await writeFile(`${path}.json`, upload.record);
}

if (basename(process.argv[1] ?? '') === 'folder-tier.ts') {
  const [reference = 'ubuntu:24.04', folder = '/srv/images'] = process.argv.slice(2);
  const image = await ensureImage(reference, { tiers: [folderTier(folder)] });
  console.log(image.path, image.origin);
  // Waits until the folder has the file, too.
  await image.dispose();
}
