import { registerHooks } from 'node:module';

/** Loaded before an example: the package is `bound.ts`. */
registerHooks({
  resolve(specifier, context, next) {
    if (specifier !== 'rootdisk') return next(specifier, context);
    return { url: new URL('bound.ts', import.meta.url).href, shortCircuit: true };
  },
});
