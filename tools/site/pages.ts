/** The guides of the site under the headings of its sidebar, in the order of the sidebar. */
export const pages: Record<string, string[]> = {
  'Getting started': [
    'docs/guides/first-image.md',
    'docs/from-base-to-machine.md',
    'docs/boot.md',
    'docs/guides/replaces.md',
    'docs/guides/troubleshooting.md',
  ],
  'Trust and pins': [
    'docs/trust.md',
    'docs/keys.md',
    'docs/lockfile.md',
    'docs/export.md',
    'docs/allow.md',
  ],
  'Many machines': [
    'docs/guides/air-gap.md',
    'docs/guides/fleet.md',
    'docs/guides/fleet-simulation.md',
    'docs/bundles.md',
    'docs/delivery.md',
  ],
  Reference: [
    'docs/vendors.md',
    'docs/formats.md',
    'docs/errors.md',
    'docs/upstream-answers.md',
    'docs/guides/on-disk.md',
    'docs/cache.md',
    'docs/boot-loaders.md',
    'docs/differences.md',
    'docs/openpgp-differences.md',
    'docs/bench.md',
  ],
  'Plug-ins and the project': [
    'docs/plugins.md',
    'docs/maintainers.md',
    'CONTRIBUTING.md',
    'docs/style.md',
    'SECURITY.md',
    'CHANGELOG.md',
  ],
};

const groups = new Map(
  Object.entries(pages).flatMap(([group, paths]) => paths.map((path) => [path, group] as const)),
);

/** The heading of the sidebar that a guide stands under. */
export function groupOf(path: string): string | undefined {
  return groups.get(path);
}
