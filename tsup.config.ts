import { defineConfig } from 'tsup';
import { listEntries } from './tools/parts.ts';

/** The types; `tools/bundle/run.ts` writes the modules beside them. */
const config: ReturnType<typeof defineConfig> = defineConfig({
  entry: listEntries('.'),
  format: 'esm',
  target: 'node22.21',
  dts: { only: true },
});

export default config;
