/** One of the programs that are forked; it says `{ ready: true }` over IPC. */
export interface Program {
  name: string;
  /** Compiled entry point, absolute. */
  file: string;
  /** Its whole environment. */
  env: NodeJS.ProcessEnv;
  /**
   * `first` is ready before the others start; `senders` bring out what the others wrote, and are stopped after them.
   */
  stage: 'first' | 'others' | 'senders';
  /** Whether it takes the processors after the others (ADR 48). */
  behind?: boolean;
}
