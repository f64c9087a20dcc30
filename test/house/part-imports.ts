import type { Import } from './imports.ts';

const partFolders = ['vendors', 'formats', 'verifiers'];
/** Each is loaded by the shared code of the verifiers when a signature of its form occurs. */
const signatureForms = ['openpgp', 'signify', 'minisign', 'sigstore', 'cosign'];
const isPart = (path: string): boolean => partFolders.includes(path.split('/')[0] ?? '');

/** A part imports the kit, its own folder (`formats/xz.ts` and `formats/xz/`) and the `shared/` of its kind; a vendor its keys. */
export function findStrayPartImports(imports: readonly Import[]): Import[] {
  return imports.filter((one) => {
    const [folder = '', first = ''] = one.from.split('/');
    if (!isPart(one.from) || !(isPart(one.to) || one.to.startsWith('src/'))) return false;
    const own = `${folder}/${first.replace(/\.ts$/, '')}`;
    const isAllowed =
      one.to === 'src/kit.ts' ||
      one.to === `${own}.ts` ||
      one.to.startsWith(`${own}/`) ||
      one.to.startsWith(`${folder}/shared/`) ||
      (folder === 'vendors' && one.to.startsWith('vendors/keys/')) ||
      (folder === 'verifiers' && isForm(one));
    return !isAllowed;
  });
}

function isForm({ to, isDynamic }: Import): boolean {
  return isDynamic && signatureForms.some((form) => to === `verifiers/${form}/index.ts`);
}

/** Only the index binds the parts; `src/testing/` makes their documents. */
export function findBoundParts(imports: readonly Import[]): Import[] {
  return imports.filter(
    ({ from, to }) =>
      from.startsWith('src/') &&
      from !== 'src/index.ts' &&
      !from.startsWith('src/testing/') &&
      isPart(to),
  );
}

/** The command line and the testing kit use the product; the product uses neither. */
export function findOutwardImports(imports: readonly Import[]): Import[] {
  return imports.filter(({ from, to }) =>
    ['src/cli/', 'src/testing/'].some((door) => to.startsWith(door) && !from.startsWith(door)),
  );
}

/** Key material that is loaded before it is used, and imports of programs that only maintain the keys. */
export function findEarlyKeys(imports: readonly Import[]): Import[] {
  const keeping = /^vendors\/keys\/(?:refresh|every-key)/;
  return imports.filter(
    ({ from, to, isDynamic }) =>
      (to.startsWith('vendors/keys/material/') && !isDynamic) ||
      (keeping.test(to) && !keeping.test(from)),
  );
}
