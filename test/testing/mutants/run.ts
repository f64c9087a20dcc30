import { registerHooks } from 'node:module';

/** The example imports the package by its name; here that name leads to the sources. */
const doors: Record<string, string> = {
  rootdisk: 'index.ts',
  'rootdisk/core': 'core.ts',
  'rootdisk/kit': 'kit.ts',
  'rootdisk/testing': 'testing/index.ts',
};
registerHooks({
  resolve(specifier, context, next) {
    const door = doors[specifier];
    if (door === undefined) return next(specifier, context);
    return { url: new URL(`../../../src/${door}`, import.meta.url).href, shortCircuit: true };
  },
});

/** Runs every conformance case against the parts that it must reject; prints killed / total. */
const { rejectionOf } = await import('./part-mutant.ts');
const { vendorMutants } = await import('./vendor-mutants.ts');
const { formatMutants } = await import('./format-mutants.ts');
const { verifierMutants } = await import('./verifier-mutants.ts');
const { writerMutants } = await import('./writer-mutants.ts');
const { fileSystemMutants } = await import('./file-system-mutants.ts');
const { volumeMutants } = await import('./volume-mutants.ts');
const { tierMutants } = await import('./tier-mutants.ts');
const all = [
  ...vendorMutants,
  ...formatMutants,
  ...verifierMutants,
  ...writerMutants,
  ...fileSystemMutants,
  ...volumeMutants,
  ...tierMutants,
];
let killed = 0;
for (const mutant of all) {
  if ((await rejectionOf(mutant)) !== undefined) killed += 1;
  else console.log(`survived: ${mutant.id}: ${mutant.what}`);
}
console.log(`${killed} killed of ${all.length}`);
process.exitCode = killed === all.length ? 0 : 1;
