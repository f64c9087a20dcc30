import type { ImageContent } from '../../contracts/image.ts';
import type { Warning } from '../../contracts/log.ts';
import type { FoundContent } from '../../disk/read-content.ts';
import { type DecodeError, refuse } from '../../errors.ts';
import type { Plan } from '../plan.ts';

/** Throws `ERR_UNSAFE_IMAGE` if a disk holds another operating system or architecture than requested. */
export function matchContent(plan: Plan, { content, loaders }: FoundContent): void {
  const { identity, resolution, artifact } = plan;
  const { fileName } = artifact;
  const { system, arch } = content;
  // The architecture of an own source is not known in advance.
  const isOwn = ['url', 'file'].includes(identity.vendor);
  const isStarted = loaders.length === 0 || loaders.includes(identity.arch);
  if (!isOwn && (!isStarted || (arch !== undefined && arch !== identity.arch))) {
    const found = isStarted ? String(arch) : loaders.join(' and ');
    const message = `${fileName} is for ${found}, not for ${identity.arch}`;
    throw wrongContent(message, identity.arch, found);
  }
  const { osIds } = resolution.guest ?? {};
  if (system === undefined || osIds === undefined || osIds.includes(system.id)) return;
  const wanted = osIds.join(' or ');
  const message = `the os-release of ${fileName} names the system ${JSON.stringify(system.id)}, not ${wanted}`;
  throw wrongContent(message, wanted, system.id);
}

/** Warns if the system has another version than requested. */
export function warnOfVersion(plan: Plan, content: ImageContent | undefined): Warning[] {
  const { osIds } = plan.resolution.guest ?? {};
  const found = content?.system?.version;
  const asked = askedVersions(plan);
  if (osIds === undefined || asked.length === 0 || !isVersion(found)) return [];
  if (asked.some((one) => agree(one, found))) return [];
  const message = `the os-release of ${plan.artifact.fileName} names version ${found}, not ${asked.join(' or ')}`;
  return [{ code: 'other-version', message }];
}

/**
 * The version in the request, else those in the vendor's answer; code names and most names of builds are not
 * versions.
 */
function askedVersions({ request, identity: { release, version } }: Plan): string[] {
  return isVersion(request.release) ? [request.release] : [release, version].filter(isVersion);
}

function isVersion(text: string | undefined): text is string {
  return text !== undefined && /^v?\d+(\.\d+)*$/.test(text);
}

/** True for `13` and `13.7`, `3.22` and `3.22.1`, `v1.11.5` and `1.11.5`; false for `24.04` and `24.10`. */
function agree(asked: string, found: string): boolean {
  const [left = '', right = ''] = [asked, found].map((one) => `${one.replace(/^v/, '')}.`);
  return left.startsWith(right) || right.startsWith(left);
}

function wrongContent(message: string, declared: string, detected: string): DecodeError {
  return refuse('wrong-content', message, {
    declared,
    detected,
    hint: 'Do not use this disk; ask for the system that it holds, or report it to the vendor.',
  });
}
