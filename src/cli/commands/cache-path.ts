import { resolve } from 'node:path';
import { imagesDirOf } from '../../cache/cache.ts';
import { defaultCacheDir } from '../../cache/cache-folder.ts';
import type { Command } from './command.ts';

export const cachePath: Command = {
  name: 'cache path',
  operands: [],
  summary: 'Print the folder of the cache.',
  options: ['cache-dir'],
  examples: [['du -sh "$(rootdisk cache path)"', 'what the cache occupies']],
  async run({ cacheDir, cwd }) {
    const path = resolve(cwd, cacheDir ?? defaultCacheDir());
    return { text: path, json: { path, images: imagesDirOf(path) } };
  },
};
