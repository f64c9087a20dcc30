/** Words of addresses that contain digits: architectures, formats. */
const word =
  'x86_64(?:_v\\d)?|amd64(?:v\\d)?|i[36]86|aarch64|arm64|armv\\d[a-z]*|riscv64|ppc64(?:le|el)?|s390x|loong(?:arch)?64|qcow2c?|bz2|lz4';
const part = new RegExp(
  // Numbers may end in a letter or two, as in builds of OmniOS: `r151054aa`.
  `(${word})|[0-9a-f]{32,}|\\d+(?:\\.\\d+)*(?:[a-z]{1,2}(?![a-z0-9]))?`,
  'gi',
);

/**
 * An address without the parts that change between builds: `#` stands for every number (`24.04`, `20260705`) and every
 * digest, `{codename}` for the code name. Host, folders, words, architecture and format stay.
 */
export function addressShape(url: URL, codename: string | undefined): string {
  const shape = `${url.host}${url.pathname}`.replace(part, (_, kept?: string) => kept ?? '#');
  return codename === undefined ? shape : shape.replaceAll(codename, '{codename}');
}
