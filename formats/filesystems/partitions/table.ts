/** A partition as stored in its table, in bytes. */
export interface Partition {
  number: number;
  offset: number;
  length: number;
  type: string;
  uuid: string;
  label?: string;
}

/** The content of one kind of table. */
export interface Table {
  scheme: 'gpt' | 'mbr';
  sectorBytes: number;
  partitions: Partition[];
  warnings: string[];
}
