/** One line for whoever listens; nothing is printed by the library itself. */
export interface LogEntry {
  level: 'debug' | 'info' | 'warn';
  message: string;
  data?: Record<string, unknown>;
}
export type Log = (entry: LogEntry) => void;

/** Something a caller should know although the call succeeded. `code` is stable, `message` is for people. */
export interface Warning {
  code: string;
  message: string;
}
