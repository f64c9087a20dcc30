/** One feature that must work under every runtime. */
export interface Step {
  title: string;
  /** Rejects with the error. */
  run(): Promise<void>;
}
