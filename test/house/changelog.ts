const sections = ['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security'];
const release = /^(\d+\.\d+\.\d+(?:-[\w.]+)?) - (\d{4}-\d{2}-\d{2})$/;

/**
 * The differences of a changelog from Keep a Changelog 1.1.0, and a missing entry for this version: one sentence each.
 */
export function findChangelogGaps(text: string, version: string): string[] {
  const gaps: string[] = [];
  const versions: string[] = [];
  let heading = '';
  let section = '';
  const entries = new Map<string, number>();
  text.split('\n').forEach((line, index) => {
    const at = `CHANGELOG.md:${index + 1}`;
    if (line.startsWith('## ')) {
      heading = line.slice(3);
      section = '';
      const [, number] = release.exec(heading) ?? [];
      if (heading !== 'Unreleased' && number === undefined) {
        gaps.push(`${at}: the heading is neither "Unreleased" nor "1.2.3 - 2026-01-31"`);
      }
      if (heading === 'Unreleased' && versions.length > 0) {
        gaps.push(`${at}: "Unreleased" is not the first heading`);
      }
      const name = number ?? heading;
      if (versions.includes(name)) gaps.push(`${at}: ${name} is there twice`);
      versions.push(name);
    } else if (line.startsWith('### ')) {
      section = line.slice(4);
      if (!sections.includes(section)) {
        gaps.push(`${at}: "${section}" is none of ${sections.join(', ')}`);
      }
    } else if (line.startsWith('- ')) {
      if (section === '') gaps.push(`${at}: the entry stands under no section`);
      const name = versions.at(-1) ?? '';
      entries.set(name, (entries.get(name) ?? 0) + 1);
    }
  });
  if (!versions.includes(version) && !entries.has('Unreleased')) {
    gaps.push(`CHANGELOG.md: no heading ${version}, and nothing under "Unreleased"`);
  }
  const empty = versions.filter((name) => name !== 'Unreleased' && !entries.has(name));
  gaps.push(...empty.map((name) => `CHANGELOG.md: nothing under ${name}`));
  return gaps;
}
