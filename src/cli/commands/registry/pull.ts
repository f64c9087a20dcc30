import type { Command } from '../command.ts';
import { namesMissing, outcomeOf } from './outcomes.ts';
import { readingOptions, readRepository } from './repository.ts';

export const registryPull: Command = {
  name: 'registry pull',
  operands: ['<host/repo>', '<name | tag>…'],
  summary: 'Download signed images into the cache by name.',
  options: ['digest', ...readingOptions, 'cache-dir', 'plugin'],
  repeats: ['digest'],
  examples: [
    ['rootdisk registry pull localhost:5000/images NAME', 'a name that registry ls prints'],
    ['rootdisk registry pull localhost:5000/images NAME --digest sha256:…', 'one without proof'],
  ],
  async run(context) {
    const { place, options } = readRepository(context);
    const { operands, flags, parts, transport } = context;
    const names = operands.slice(1);
    if (names.length === 0) throw namesMissing('registry pull', '<name | tag>');
    const { pullImages } = await import('../../../oci.ts');
    const { cacheDir } = transport;
    const digest = flags.list('digest');
    const outcomes = await pullImages(parts, place, names, { ...options, cacheDir, digest });
    return outcomeOf(context, place, outcomes, (one) => [one.asked]);
  },
};
