import type { Allowing } from '../contracts/allowance.ts';
import type { ByteSource } from '../contracts/bytes.ts';
import type { DecodeContext, Format, Probe } from '../contracts/format.ts';
import { refuseUnlessAllowed } from '../errors/allowable.ts';
import { refuse } from '../errors.ts';
import { hasMagic } from '../kit/bytes.ts';
import { defined } from '../kit/defined.ts';
import { type ForeignContent, nameForeignContent } from './foreign-content.ts';

/** The formats that detect these bytes; if there are several, only those that still do after reading more. */
export async function matchFormats(
  source: ByteSource,
  probe: Probe,
  formats: readonly Format[],
  context: DecodeContext,
): Promise<Format[]> {
  const matches = formats.filter((format) => format.detect(probe));
  if (matches.length < 2) return matches;
  const certain: Format[] = [];
  for (const format of matches) {
    const further = format.kind === 'codec' ? format.detectFurther : undefined;
    if (further === undefined || (await further(source, context))) certain.push(format);
  }
  return certain;
}

/**
 * The format of these bytes, compared with the declared one. "raw" is used only if nothing else matches. `matches`
 * are the formats that detect the bytes. Throws `ERR_UNSAFE_IMAGE` or `ERR_UNSUPPORTED_FORMAT`, which names what was
 * found.
 */
export function detectFormat(
  probe: Probe,
  matches: readonly Format[],
  formats: readonly Format[],
  declared: string | undefined,
  allowing: Allowing,
): Format {
  if (declared !== undefined && findById(formats, declared) === undefined) {
    throw noDecoder(declared, formats);
  }
  const strong = matches.filter(({ id }) => id !== 'raw' && !isDoubtful(id, probe, declared));
  const [found, other] = strong;
  const foreign = nameForeignContent(probe, found?.id);
  if (found !== undefined) {
    const second = other?.id ?? foreign?.name;
    // The descriptor that makes a tar archive an OVA may come late in it.
    const ova = found.id === 'tar' && declared === 'ova' ? findById(formats, 'ova') : undefined;
    if (second === undefined) return ova ?? agree(found, declared);
    const both = `${found.id}, ${second}`;
    throw refuse('ambiguous-format', `the bytes are ${found.id} and ${second} at once`, {
      ...defined({ declared }),
      detected: both,
    });
  }
  // A fixed VHD differs from a raw disk only in its last bytes, which have not arrived yet; the format checks them.
  const isLate = declared === 'vhd' && probe.tail === undefined;
  const late = isLate ? findById(formats, 'vhd') : undefined;
  if (late !== undefined) return late;
  const raw = findById(formats, 'raw');
  const isWantedRaw = raw !== undefined && (declared === undefined || declared === 'raw');
  if (isWantedRaw && foreign?.reason === 'encrypted') {
    refuseUnlessAllowed(allowing, 'encrypted', `this is ${foreign.name}`, {
      ...defined({ declared }),
      detected: foreign.name,
    });
    return raw;
  }
  const isDeclaredRaw = declared === 'raw' && foreign?.doubtful === true;
  if (foreign !== undefined && !isDeclaredRaw) throw refuseForeign(foreign, declared);
  const isRaw = raw !== undefined && (declared === 'raw' || matches.includes(raw));
  if (isRaw) return agree(raw, declared);
  throw refuseUnknown(declared);
}

/** If raw was declared, magic bytes that may also be code or data of a bootable disk prove nothing. */
function isDoubtful(id: string, { head }: Probe, declared: string | undefined): boolean {
  if (declared !== 'raw') return false;
  return id === 'tar' || (id === 'iso' && hasMagic(head, [0x55, 0xaa], 510));
}

function findById(formats: readonly Format[], id: string): Format | undefined {
  return formats.find((format) => format.id === id);
}

function agree(found: Format, declared: string | undefined): Format {
  if (declared === undefined || declared === found.id) return found;
  throw refuse('format-mismatch', `${declared} was declared, but the bytes are ${found.id}`, {
    declared,
    detected: found.id,
    hint: `Give --from ${found.id} (from) if you expect that; otherwise do not use the file.`,
  });
}

function noDecoder(declared: string, formats: readonly Format[]): Error {
  const known = formats.map(({ id }) => id).join(', ');
  return refuse('unsupported-feature', `there is no decoder for ${declared}, which was declared`, {
    declared,
    hint: `Give one of these with from (--from): ${known}.`,
  });
}

function refuseForeign({ name, reason }: ForeignContent, declared: string | undefined): Error {
  const but = declared === undefined ? '' : ` instead of ${declared}`;
  // Nothing else was declared: the bytes have a known format, but there is no decoder for it.
  const isUnread = declared === undefined && reason === 'format-mismatch';
  return refuse(isUnread ? 'unsupported-variant' : reason, `the bytes are ${name}${but}`, {
    ...defined({ declared }),
    detected: name,
    hint: 'Check what the address or the file really is; it is not a usable disk image.',
  });
}

/** A format was declared, but its first bytes are missing. */
function refuseUnknown(declared: string | undefined): Error {
  const reason = declared === undefined ? 'not-an-image' : 'corrupt-header';
  const but = declared === undefined ? '' : `, ${declared} was declared`;
  return refuse(reason, `the bytes are not a known disk image${but}`, {
    ...defined({ declared }),
    hint: 'If this is a raw disk without a partition table, give --from raw (from).',
  });
}
