import { registerHooks } from 'node:module';

const doors: Record<string, string> = {
  rootdisk: 'bound.ts',
  'rootdisk/kit': '../../src/kit.ts',
};

/** Loaded before an example: the package is `bound.ts`. */
registerHooks({
  resolve(specifier, context, next) {
    const door = doors[specifier];
    if (door === undefined) return next(specifier, context);
    return { url: new URL(door, import.meta.url).href, shortCircuit: true };
  },
});
