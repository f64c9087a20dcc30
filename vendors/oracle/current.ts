import {
  type Arch,
  type ImageError,
  isImageError,
  type VendorContext,
  type Warning,
} from '../../src/kit.ts';
import { findOracleTemplate, listOracleTemplates, type OracleTemplate } from './templates.ts';

/** Those that had an index in 2026, newest first; younger ones are found by looking. */
export const oracleMajors: readonly string[] = ['10', '9', '8'];

/** The newest build, where there is one. */
export interface FoundTemplate {
  template?: OracleTemplate;
  warnings: Warning[];
}

/** From the index, or, with a warning, from the page for people where the index is not to be had. */
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

/** The greatest major release that answers, younger ones than are known included. */
export async function findNewestTemplate(
  arch: Arch,
  context: VendorContext,
): Promise<FoundTemplate> {
  let younger: OracleTemplate | undefined;
  for (let major = Number(oracleMajors[0]) + 1; ; major += 1) {
    const next = await findOracleTemplate(String(major), arch, context).catch((error: unknown) => {
      // What answers for a release that may not exist need not be an index.
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
