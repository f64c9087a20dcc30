import { rename } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { writeNewFile } from '../replace-file.ts';
import type { Staging } from '../staging.ts';

/** Small files that are published together with a disk; until then they lie in its staging folder. */
export class SideFiles {
  readonly #staging: Staging;
  readonly #written = new Map<string, string>();

  constructor(staging: Staging) {
    this.#staging = staging;
  }

  /** Writes and syncs the future content of `path`; does nothing without content. */
  async write(path: string, content: string | Uint8Array | undefined): Promise<void> {
    if (content === undefined) return;
    const temporary = join(this.#staging.dir, `beside${extname(path)}`);
    await writeNewFile(temporary, content);
    this.#written.set(path, temporary);
  }

  /** Renames a file to its final path, if it was written. */
  async place(path: string): Promise<void> {
    const temporary = this.#written.get(path);
    if (temporary !== undefined) await rename(temporary, path);
  }
}
