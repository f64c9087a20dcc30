import {
  type Digest,
  parseBase64Digest,
  parseList,
  parseRecord,
  parseText,
} from '../../src/kit.ts';

/** One file that a Debian cloud image manifest names. */
export interface ManifestUpload {
  /** Path of the dated file below the tree of images. */
  ref: string;
  digest: Digest;
}

/**
 * The upload of one image format (`qcow2`, `raw`, `internal`) in the JSON beside every Debian cloud
 * image; `undefined` if the build was not uploaded in that format. `where` is the document's
 * address, for messages.
 */
export function pickUpload(
  document: unknown,
  imageFormat: string,
  where: string,
): ManifestUpload | undefined {
  const items = parseList(parseRecord(document, where)['items'], `${where}: items`);
  for (const [index, value] of items.entries()) {
    const at = `${where}: items[${index}]`;
    const item = parseRecord(value, at);
    // The item of kind Build has a digest too, but it is not the digest of an image.
    if (item['kind'] !== 'Upload') continue;
    const metadata = parseRecord(item['metadata'], `${at}.metadata`);
    const labels = parseRecord(metadata['labels'], `${at}.metadata.labels`);
    if (labels['upload.cloud.debian.org/image-format'] !== imageFormat) continue;
    const annotations = parseRecord(metadata['annotations'], `${at}.metadata.annotations`);
    const data = parseRecord(item['data'], `${at}.data`);
    return {
      ref: parseText(data['ref'], `${at}.data.ref`),
      digest: parseBase64Digest(
        annotations['cloud.debian.org/digest'],
        `${at}.metadata.annotations["cloud.debian.org/digest"]`,
      ),
    };
  }
  return undefined;
}
