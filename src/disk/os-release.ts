import type { DiskRoot } from '../contracts/disk/disk-root.ts';
import { defined } from '../kit/defined.ts';
import { parseAssignments } from '../kit/fields.ts';

/** The content of an os-release; without an ID, no system. */
export function systemOf(text: string): {
  fields: Map<string, string>;
  system?: NonNullable<DiskRoot['system']>;
} {
  const fields = parseSafely(text);
  const id = fields.get('ID');
  if (id === undefined) return { fields };
  const [version, name] = [fields.get('VERSION_ID'), fields.get('PRETTY_NAME')];
  return { fields, system: { id, ...defined({ version, name }) } };
}

function parseSafely(text: string): Map<string, string> {
  try {
    return parseAssignments(text);
  } catch {
    return new Map();
  }
}
