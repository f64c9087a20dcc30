import { describe, it } from 'vitest';
import { builtIns } from '../../../src/index.ts';
import { isWriter } from '../../../src/parts/format-kinds.ts';
import { checkWriter } from '../../../src/testing/index.ts';

const TiB = 1024 ** 4;
const largest: Record<string, number> = { vhd: 2040 * 1024 ** 3, vhdx: 64 * TiB, vdi: 16 * TiB };

describe.each(builtIns.formats.filter(isWriter))('$id', (writer) => {
  const choices = Object.entries(writer.options ?? {}).flatMap(([option, { values }]) =>
    values.map((value) => ({ name: `${option} ${value}`, options: { [option]: value } })),
  );
  const samples = [{ name: 'as it is', maxBytes: largest[writer.id] }, ...choices];
  for (const { title, run } of checkWriter(writer, samples)) it(title, run);
});
