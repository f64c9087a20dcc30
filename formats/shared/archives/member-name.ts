import { refuse } from '../../../src/kit.ts';

/** The maximum length of a path on Linux; it also limits the memory for all names of an archive. */
const maxLength = 4096;

/**
 * The name of an archive member without `./` and doubled slashes; empty for the archive's own folder. No file is
 * written under such a name, but a name that leaves its folder on any platform is refused: `unsafe-path`.
 */
export function plainMemberName(name: string, format: string): string {
  if (name.length > maxLength) throw unsafe(name.slice(0, 100), 'is too long', format);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(name)) throw unsafe(name, 'holds a control character', format);
  if (name.includes('\\')) throw unsafe(name, 'holds a backslash', format);
  if (name.startsWith('/') || /^[A-Za-z]:/.test(name)) throw unsafe(name, 'is absolute', format);
  const steps = name.split('/');
  if (steps.includes('..')) throw unsafe(name, 'leads out of its folder', format);
  return steps.filter((step) => step !== '' && step !== '.').join('/');
}

/**
 * The place where a program that keeps names inside its own folder would put a member with this name: two members with
 * one place are ambiguous.
 */
export function placeOf(name: string): string {
  const steps: string[] = [];
  const end = name.indexOf('\0');
  const relative = (end < 0 ? name : name.slice(0, end)).replace(/^[A-Za-z]:/, '');
  for (const step of relative.slice(0, maxLength).split(/[/\\]/)) {
    if (step === '..') steps.pop();
    else if (step !== '' && step !== '.') steps.push(step);
  }
  return steps.join('/');
}

/** Files that macOS adds for itself: AppleDouble files (`._disk.raw`), and the folder for them in its zips. */
export function isMacMetadata(name: string): boolean {
  const steps = name.split(/[/\\]/).filter((step) => step !== '');
  return steps.includes('__MACOSX') || (steps.at(-1)?.startsWith('._') ?? false);
}

/** A file that deletes another one in the layers below (OCI image specification, "Whiteouts"). */
export function isWhiteout(name: string): boolean {
  return /(?:^|\/)\.wh\.[^/]*$/.test(name);
}

function unsafe(name: string, what: string, format: string): Error {
  return refuse('unsafe-path', `The member name ${JSON.stringify(name)} ${what}`, {
    format,
    value: name,
  });
}
