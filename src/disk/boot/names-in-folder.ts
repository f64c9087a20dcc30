import type { FilePaths } from '../../contracts/file-system.ts';
import { DecodeError, NotFoundError } from '../../errors.ts';

/** The names of the files and links in a folder; empty if it does not exist. Throws if it cannot be read. */
export async function namesInFolder(files: FilePaths, folder: string): Promise<string[]> {
  try {
    const listed = await files.list(folder);
    return listed.filter(({ kind }) => kind === 'file' || kind === 'link').map(({ name }) => name);
  } catch (error) {
    if (error instanceof NotFoundError) return [];
    if (error instanceof DecodeError && error.details.reason === 'not-a-file') return [];
    throw error;
  }
}
