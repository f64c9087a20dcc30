/** The answer of MirrorCache for a folder. */
export function listMirrored(rows: [name: string, size?: number][]): string {
  return JSON.stringify(
    rows.map(([name, size]) => ({ name, size: size ?? null, mtime: 1_781_880_000 })),
  );
}

const pieceHash = (index: number): string => String(index).repeat(64);

/** The `.meta4` of a file of 600,000 bytes with two https mirrors. */
export function metalinkOf(
  fileName: string,
  folder = 'distribution/leap/16.0/appliances/',
): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<metalink xmlns="urn:ietf:params:xml:ns:metalink">
  <generator>MirrorCache</generator>
  <origin dynamic="true">https://download.opensuse.org/${folder}${fileName}</origin>
  <file name="${fileName}">
    <size>600000</size>
    <pieces length="262144" type="sha-256">
      <hash>${pieceHash(1)}</hash><hash>${pieceHash(2)}</hash><hash>${pieceHash(3)}</hash>
    </pieces>
    <url location="DE" priority="2">https://far.example/opensuse/${folder}${fileName}</url>
    <url location="DE" priority="1">https://near.example/${folder}${fileName}</url>
    <url location="DE" priority="3">http://plain.example/${folder}${fileName}</url>
    <url location="" priority="4">https://download.opensuse.org/${folder}${fileName}</url>
  </file>
</metalink>
`;
}

export const pieces: object = {
  lengthBytes: 262_144,
  digests: [1, 2, 3].map((index) => `sha256:${pieceHash(index)}`),
};
