/** A partition as its table has it, in bytes. */
export interface Partition {
  number: number;
  offset: number;
  length: number;
  type: string;
  uuid: string;
  label?: string;
}

/** What one kind of table says. */
export interface Table {
  scheme: 'gpt' | 'mbr';
  sectorBytes: number;
  partitions: Partition[];
  warnings: string[];
}
