import { invalidOption } from './invalid-option.ts';
import { nearestWord } from './nearest-word.ts';

/**
 * Format ids outermost first from `gz>raw`, or from the ending of a packed archive: `tar.gz` is short for `gz>tar`.
 * An id that is not `known` is `ERR_INVALID_REQUEST`.
 */
export function parseLayers(text: string, known: readonly string[]): string[] {
  const layers = text
    .split('>')
    .map((word) => word.trim().toLowerCase())
    .flatMap((word) => (word.startsWith('tar.') ? word.split('.').reverse() : [word]));
  for (const layer of layers) {
    if (known.includes(layer)) continue;
    const meant = nearestWord(layer, known);
    const ids = `ids are ${known.join(', ')}, outermost first and joined by ">"`;
    throw invalidOption(
      'from',
      `there is no format ${JSON.stringify(layer)}; ${ids}`,
      meant === undefined ? 'Write the layers as in gz>raw.' : `Did you mean ${meant}?`,
    );
  }
  return layers;
}
