import { constants } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { modes } from './modes.ts';

/**
 * Writes a small file under a temporary name on the same file system, syncs it and renames it into place: a reader
 * sees the old file or the new one. The caller holds a lock, so no other process uses `temporary`. `ready` is called
 * right before the rename.
 */
export async function replaceFile(
  path: string,
  temporary: string,
  content: string | Uint8Array,
  ready: () => Promise<void> = async () => {},
  mode: number = modes.file,
): Promise<void> {
  await rm(temporary, { force: true });
  try {
    await writeNewFile(temporary, content, mode);
    await ready();
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** Creates and syncs a small file that must not exist yet. */
export async function writeNewFile(
  path: string,
  content: string | Uint8Array,
  mode: number = modes.file,
): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
  const handle = await open(path, flags | constants.O_NOFOLLOW, mode);
  try {
    await handle.writeFile(content);
    await handle.chmod(mode);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
