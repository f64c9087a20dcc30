interface Machine {
  vmdkName: string;
  vmdkBytes: number;
  capacity: number;
  populatedBytes: number;
  os: string;
  firmware: string;
}

/** By CIM_OperatingSystem.OSType, with VMware's name for the same system. */
const systems: Record<string, readonly [id: number, vmware: string]> = {
  linux: [101, 'otherLinux64Guest'],
  freebsd: [78, 'freebsd64Guest'],
  other: [102, 'otherGuest64'],
};
const vmdkFormat = 'http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized';
const schema = 'http://schemas.dmtf.org';
const cim = `${schema}/wbem/wscim/1`;

/** By CIM_ResourceAllocationSettingData; its fields are in alphabetical order. */
const items = [
  item({
    AllocationUnits: 'hertz * 10^6',
    Description: 'Number of virtual CPUs',
    ElementName: '2 virtual CPUs',
    InstanceID: '1',
    ResourceType: '3',
    VirtualQuantity: '2',
  }),
  item({
    AllocationUnits: 'byte * 2^20',
    Description: 'Memory',
    ElementName: '2048 MB of memory',
    InstanceID: '2',
    ResourceType: '4',
    VirtualQuantity: '2048',
  }),
  item({
    Address: '0',
    Description: 'SCSI controller',
    ElementName: 'SCSI controller 0',
    InstanceID: '3',
    ResourceSubType: 'lsilogic',
    ResourceType: '6',
  }),
  item({
    AddressOnParent: '0',
    ElementName: 'Hard disk 1',
    HostResource: 'ovf:/disk/vmdisk1',
    InstanceID: '4',
    Parent: '3',
    ResourceType: '17',
  }),
  item({
    AddressOnParent: '7',
    AutomaticAllocation: 'true',
    Connection: 'VM Network',
    Description: 'E1000 network card on "VM Network"',
    ElementName: 'Network adapter 1',
    InstanceID: '5',
    ResourceSubType: 'E1000',
    ResourceType: '10',
  }),
].join('\n');

/**
 * The descriptor of a machine with one disk (DMTF DSP0243 1.1): two processors, 2 GiB of memory, an LSI Logic controller and
 * a network card, which ESXi and VirtualBox both have.
 */
export function formatEnvelope(machine: Machine): string {
  const { vmdkName, vmdkBytes, capacity, populatedBytes, firmware } = machine;
  const [osId, osType] = systems[machine.os] ?? [102, 'otherGuest64'];
  return `<?xml version="1.0" encoding="UTF-8"?>
<Envelope xmlns="${schema}/ovf/envelope/1" xmlns:ovf="${schema}/ovf/envelope/1" xmlns:cim="${cim}/common" xmlns:rasd="${cim}/cim-schema/2/CIM_ResourceAllocationSettingData" xmlns:vssd="${cim}/cim-schema/2/CIM_VirtualSystemSettingData" xmlns:vmw="http://www.vmware.com/schema/ovf">
  <References>
    <File ovf:href="${vmdkName}" ovf:id="file1" ovf:size="${vmdkBytes}"/>
  </References>
  <DiskSection>
    <Info>Virtual disks</Info>
    <Disk ovf:capacity="${capacity}" ovf:capacityAllocationUnits="byte" ovf:diskId="vmdisk1" ovf:fileRef="file1" ovf:format="${vmdkFormat}" ovf:populatedSize="${populatedBytes}"/>
  </DiskSection>
  <NetworkSection>
    <Info>Networks</Info>
    <Network ovf:name="VM Network">
      <Description>The network of the machine</Description>
    </Network>
  </NetworkSection>
  <VirtualSystem ovf:id="image">
    <Info>A virtual machine</Info>
    <Name>image</Name>
    <OperatingSystemSection ovf:id="${osId}" vmw:osType="${osType}">
      <Info>The operating system</Info>
    </OperatingSystemSection>
    <VirtualHardwareSection>
      <Info>Virtual hardware</Info>
      <System>
        <vssd:ElementName>Virtual Hardware Family</vssd:ElementName>
        <vssd:InstanceID>0</vssd:InstanceID>
        <vssd:VirtualSystemIdentifier>image</vssd:VirtualSystemIdentifier>
        <vssd:VirtualSystemType>vmx-10</vssd:VirtualSystemType>
      </System>
${items}
      <vmw:Config ovf:required="false" vmw:key="firmware" vmw:value="${firmware}"/>
    </VirtualHardwareSection>
  </VirtualSystem>
</Envelope>
`;
}

function item(fields: Record<string, string>): string {
  const lines = Object.entries(fields).map(([name, value]) => {
    return `        <rasd:${name}>${value}</rasd:${name}>`;
  });
  return `      <Item>\n${lines.join('\n')}\n      </Item>`;
}
