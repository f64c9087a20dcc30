import {
  compareVersions,
  parseList,
  parseOptional,
  parseRecord,
  parseText,
  type VendorContext,
} from '../../src/kit.ts';
import { unusable } from '../shared/unusable.ts';

const url = new URL('https://alpinelinux.org/releases.json');

/** What Alpine says of its branches. The versions it names may lack a cloud image: only the folder tells. */
export interface AlpineIndex {
  /** `3.24` …, from the newest stable branch down. */
  stable: string[];
  /** End of support by branch, `YYYY-MM-DD`. */
  eol: Map<string, string>;
}

/** Reads `releases.json`; when it is not `required` and not to be had, nothing is known of any branch. */
export async function readAlpineIndex(
  required: boolean,
  context: VendorContext,
): Promise<AlpineIndex> {
  const { http, signal } = context;
  const document = await (required ? http.get(url, { signal }) : http.find(url, { signal }));
  const index: AlpineIndex = { stable: [], eol: new Map() };
  if (document === undefined) return index;

  const json = parseRecord(document.json(), `${url}`);
  const latest = branchOf(parseText(json['latest_stable'], `${url}: latest_stable`));
  if (latest === undefined) throw unusable(url, 'latest_stable is no branch');
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
