import {
  compareVersions,
  isImageError,
  parseList,
  parseOptional,
  parseRecord,
  parseText,
  type VendorContext,
} from '../../src/kit.ts';
import { unusable } from '../shared/unusable.ts';

const url = new URL('https://alpinelinux.org/releases.json');

/**
 * What Alpine publishes about its branches. A version in it may lack a cloud image: only the folder
 * shows that.
 */
export interface AlpineIndex {
  /** `3.24` …, from the newest stable branch down. */
  stable: string[];
  /** End of support by branch, `YYYY-MM-DD`. */
  eol: Map<string, string>;
}

/**
 * Returns an index without branches if `releases.json` cannot be read: a request that names its
 * branch does not need it.
 */
export async function findAlpineIndex(context: VendorContext): Promise<AlpineIndex> {
  try {
    return await readAlpineIndex(context);
  } catch (error) {
    if (context.signal.aborted || !isImageError(error)) throw error;
    const message = `alpine: the end of support is not known: ${error.message}`;
    context.log({ level: 'warn', message });
    return { stable: [], eol: new Map() };
  }
}

/** Reads `releases.json`. */
export async function readAlpineIndex({ http, signal }: VendorContext): Promise<AlpineIndex> {
  const document = await http.get(url, { signal });
  const index: AlpineIndex = { stable: [], eol: new Map() };
  const json = parseRecord(document.json(), `${url}`);
  const latest = branchOf(parseText(json['latest_stable'], `${url}: latest_stable`));
  if (latest === undefined) throw unusable(url, 'latest_stable is not a branch');
  const rows = parseList(json['release_branches'], `${url}: release_branches`);
  for (const [position, value] of rows.entries()) {
    const where = `${url}: release_branches[${position}]`;
    const row = parseRecord(value, where);
    const branch = branchOf(parseText(row['rel_branch'], `${where}.rel_branch`));
    const eol = parseOptional(row['eol_date'], `${where}.eol_date`, parseText) ?? '';
    if (branch === undefined) continue;
    if (compareVersions(branch, latest) <= 0) index.stable.push(branch);
    if (/^\d{4}-\d\d-\d\d$/.test(eol)) index.eol.set(branch, eol);
  }
  if (index.stable.length === 0) throw unusable(url, 'it lists no stable branch');
  index.stable.sort((left, right) => compareVersions(right, left));
  return index;
}

/** `3.24` of `v3.24`; `undefined` for `edge`. */
function branchOf(text: string): string | undefined {
  return /^v?(\d+\.\d+)$/.exec(text)?.[1];
}
