import {
  type Arch,
  type ImageError,
  isImageError,
  type VendorContext,
  type Warning,
} from '../../src/kit.ts';
import { findOracleTemplate, listOracleTemplates, type OracleTemplate } from './templates.ts';

/** The major releases that had an index in 2026, newest first; newer ones are found by requests. */
export const oracleMajors: readonly string[] = ['10', '9', '8'];

/** The newest build, if there is one. */
export interface FoundTemplate {
  template?: OracleTemplate;
  warnings: Warning[];
}

/** From the index, or, with a warning, from the HTML page if the index is not available. */
export async function findCurrentTemplate(
  major: string,
  arch: Arch,
  context: VendorContext,
): Promise<FoundTemplate> {
  let problem: ImageError | undefined;
  try {
    const template = await findOracleTemplate(major, arch, context);
    if (template !== undefined) return { template, warnings: [] };
  } catch (error) {
    if (!isImageError(error, 'ERR_METADATA')) throw error;
    problem = error;
  }
  const shown = await listOracleTemplates(arch, context);
  const template = shown.find((one) => one.major === major);
  if (template === undefined && problem !== undefined) throw problem;
  if (template === undefined) return { warnings: [] };
  const why = problem?.message ?? `there is no index of Oracle Linux ${major} for ${arch}`;
  const message = `${why}; this build and its digest are from ${template.from}`;
  return { template, warnings: [{ code: 'fallback-index', message }] };
}

/** The greatest major release that answers, including releases newer than the known ones. */
export async function findNewestTemplate(
  arch: Arch,
  context: VendorContext,
): Promise<FoundTemplate> {
  let younger: OracleTemplate | undefined;
  for (let major = Number(oracleMajors[0]) + 1; ; major += 1) {
    const next = await findOracleTemplate(String(major), arch, context).catch((error: unknown) => {
      // The server may answer for a release that does not exist, and the answer may not be an index.
      if (!isImageError(error, 'ERR_METADATA')) throw error;
      return undefined;
    });
    if (next === undefined) break;
    younger = next;
  }
  if (younger !== undefined) return { template: younger, warnings: [] };
  const [newest] = oracleMajors;
  for (const major of oracleMajors) {
    const found = await findCurrentTemplate(major, arch, context);
    if (found.template === undefined) continue;
    if (major === newest) return found;
    const message = `Oracle Linux ${newest} has no such image; the latest is of ${major}`;
    return { ...found, warnings: [...found.warnings, { code: 'older-release', message }] };
  }
  return { warnings: [] };
}
