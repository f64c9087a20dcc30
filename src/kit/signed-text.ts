import { countSteps } from './reader-steps.ts';

const beginMessage = '-----BEGIN PGP SIGNED MESSAGE-----';
const beginSignature = '-----BEGIN PGP SIGNATURE-----';

/**
 * The text inside a clear-signed document, not yet verified: for facts that a proof of the same document confirms
 * later. Text without such a frame is returned unchanged. Only the first frame counts.
 */
export function peekSignedText(text: string): string {
  const lines = text.split('\n');
  countSteps('signed-text', lines.length);
  const begin = lines.findIndex((line) => line.trimEnd() === beginMessage);
  const blank = begin < 0 ? -1 : lines.findIndex((line, at) => at > begin && /^\r?$/.test(line));
  if (blank < 0) return text;
  const end = lines.findIndex((line, at) => at > blank && line.startsWith(beginSignature));
  const body = lines.slice(blank + 1, end < 0 ? undefined : end);
  const last = end < 0 ? '' : '\n';
  return body.map((line) => (line.startsWith('- ') ? line.slice(2) : line)).join('\n') + last;
}
