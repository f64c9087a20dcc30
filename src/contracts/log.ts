/** One line for the `log` function of the caller; the library itself prints nothing. */
export interface LogEntry {
  level: 'debug' | 'info' | 'warn';
  message: string;
  data?: Record<string, unknown>;
}
/** Receives the log lines of a call. */
export type Log = (entry: LogEntry) => void;

/** Something a caller should know although the call succeeded. `code` is stable, `message` is for people. */
export interface Warning {
  code: string;
  message: string;
}
