import { refuseSeed } from './seed-error.ts';
import { refuseCarriageReturns, toText } from './text.ts';
import { readMapping } from './yaml-text.ts';

/** First words that cloud-init recognises (cloud-init, user-data formats). */
const otherForms = [
  '#include',
  '#include-once',
  '#cloud-boothook',
  '#part-handler',
  '#cloud-config-archive',
  '#cloud-config-jsonp',
  '## template: jinja',
];

/** Refuses user data that every agent of a NoCloud seed would ignore. Empty user data is allowed. */
export async function checkUserData(userData: string | Uint8Array): Promise<void> {
  if (userData.length === 0 || isGzip(userData)) return;
  const text = toText('userData', userData);
  const [first = ''] = text.split(/\r?\n/, 1);
  const word = first.trimEnd();
  if (word === '#cloud-config') {
    if (/\S/.test(text.slice(first.length).replace(/^\s*#.*$/gm, ''))) {
      await readMapping('userData', text);
    }
    return;
  }
  if (word.startsWith('#!')) return refuseCarriageReturns('userData', text);
  if (otherForms.some((form) => word === form || word.startsWith(`${form} `))) return;
  if (/^(?:content-type|mime-version|from)\b/i.test(word)) return;
  throw refuseSeed(
    'userData',
    'the first line names a form that cloud-init does not know',
    'Begin it with #cloud-config, or with #! for a script.',
  );
}

function isGzip(data: string | Uint8Array): boolean {
  return typeof data !== 'string' && data[0] === 0x1f && data[1] === 0x8b;
}
