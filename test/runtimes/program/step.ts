/** One thing that has to work under every runtime. */
export interface Step {
  title: string;
  /** Rejects with what is wrong. */
  run(): Promise<void>;
}
