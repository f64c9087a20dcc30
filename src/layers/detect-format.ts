import type { Format, Probe } from '../contracts/format.ts';
import { refuse } from '../errors.ts';
import { nameForeignContent } from '../sniff/foreign-content.ts';

/**
 * The one format these bytes are, compared with the declared one. "raw" is only what is left when nothing else matches.
 * Throws `ERR_UNSAFE_IMAGE` or `ERR_UNSUPPORTED_FORMAT`, naming what was found.
 */
export function detectFormat(
  probe: Probe,
  formats: readonly Format[],
  declared: string | undefined,
): Format {
  if (declared !== undefined && formats.every(({ id }) => id !== declared)) {
    throw refuse('unsupported-feature', `there is no decoder for ${declared}, which was declared`, {
      declared,
      hint: `Declare one of ${formats.map(({ id }) => id).join(', ')}.`,
    });
  }
  const matches = formats.filter((format) => format.detect(probe));
  const strong = matches.filter((format) => format.id !== 'raw' && !isDoubtful(format, declared));
  const [found, other] = strong;
  const foreign = nameForeignContent(probe, found?.id);
  if (found !== undefined && (other !== undefined || foreign !== undefined)) {
    const second = other?.id ?? foreign?.name ?? '';
    throw refuse('ambiguous-format', `the bytes are ${found.id} and ${second} at once`, {
      detected: `${found.id}, ${second}`,
      ...(declared === undefined ? {} : { declared }),
    });
  }
  if (found !== undefined) return agree(found, declared);
  const isDeclaredRaw = declared === 'raw' && foreign?.doubtful === true;
  if (foreign !== undefined && !isDeclaredRaw) {
    const but = declared === undefined ? '' : ` instead of ${declared}`;
    // Nothing else was promised: the bytes are what they are, only no decoder for them is here.
    const unread = declared === undefined && foreign.reason === 'format-mismatch';
    throw refuse(
      unread ? 'unsupported-variant' : foreign.reason,
      `the bytes are ${foreign.name}${but}`,
      {
        detected: foreign.name,
        ...(declared === undefined ? {} : { declared }),
        hint: 'Look at what the address really serves; it is not a disk image that can be used.',
      },
    );
  }
  const raw = formats.find((format) => format.id === 'raw');
  if (raw !== undefined && (declared === 'raw' || matches.includes(raw)))
    return agree(raw, declared);
  throw refuse('not-an-image', unknownText(declared), {
    ...(declared === undefined ? {} : { declared }),
    hint: 'If they really are a disk without a partition table, say so: rootdisk convert --from raw.',
  });
}

/** The magic of tar lies in the middle of a boot sector: where raw was declared it proves nothing. */
function isDoubtful(format: Format, declared: string | undefined): boolean {
  return declared === 'raw' && format.id === 'tar';
}

function unknownText(declared: string | undefined): string {
  const but = declared === undefined ? '' : `, ${declared} was declared`;
  return `the bytes are no disk image that is known here${but}`;
}

function agree(found: Format, declared: string | undefined): Format {
  if (declared === undefined || declared === found.id) return found;
  throw refuse('format-mismatch', `${declared} was declared, but the bytes are ${found.id}`, {
    declared,
    detected: found.id,
    hint: `Declare ${found.id} if that is what you expect; otherwise do not use the file.`,
  });
}
