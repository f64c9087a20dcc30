interface DescriptorFields {
  sectors: number;
  /** 16 bytes derived from the data. */
  contentId: Uint8Array;
}

const [heads, sectorsPerTrack] = [255, 63];

/** The text that describes a streamOptimized disk, with the keys that VMware's own export writes. */
export function formatDescriptor({ sectors, contentId }: DescriptorFields): string {
  const long = Buffer.from(contentId);
  // All ones, and all ones except one, have meanings of their own.
  long.writeUInt8(long.readUInt8(12) & 0x7f, 12);
  const cylinders = Math.max(1, Math.floor(sectors / (heads * sectorsPerTrack)));
  return `# Disk DescriptorFile
version=1
CID=${long.toString('hex', 12)}
parentCID=ffffffff
createType="streamOptimized"

# Extent description
RW ${sectors} SPARSE "disk.vmdk"

# The Disk Data Base
#DDB

ddb.adapterType = "lsilogic"
ddb.geometry.cylinders = "${cylinders}"
ddb.geometry.heads = "${heads}"
ddb.geometry.sectors = "${sectorsPerTrack}"
ddb.longContentID = "${long.toString('hex')}"
ddb.virtualHWVersion = "10"
`;
}
