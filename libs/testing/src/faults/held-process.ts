import { fork, type ChildProcess } from 'node:child_process';
import { openSync, closeSync } from 'node:fs';
import { stepBack } from '#servers';

export interface Program {
  name: string;
  /** Compiled entry point; it says `{ ready: true }` over IPC. */
  file: string;
  env: NodeJS.ProcessEnv;
  execArgv?: string[];
  /** Whether it takes the processors after the others. */
  behind?: boolean;
  /** Its output is added to this file. */
  logFile: string;
}

/** How a process ended. */
export interface End {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A program that is started, killed, frozen and started again, always by its own process id. */
export class HeldProcess {
  private child: ChildProcess | undefined;
  private end: Promise<End> = Promise.resolve({ code: 0, signal: null });

  constructor(readonly program: Program) {}

  get name(): string {
    return this.program.name;
  }

  get pid(): number {
    if (!this.child?.pid) throw new Error(`${this.name} does not run`);
    return this.child.pid;
  }

  get runs(): boolean {
    return this.child !== undefined;
  }

  /** Starts it; resolves when it says that it is ready. Throws where it ends before. */
  async start(): Promise<void> {
    if (this.child) return;
    const { file, env, execArgv, behind, logFile } = this.program;
    const out = openSync(logFile, 'a');
    const child = fork(file, [], { env, execArgv, stdio: ['ignore', out, out, 'ipc'] });
    closeSync(out);
    if (behind && child.pid) void stepBack(child.pid);
    this.child = child;
    this.end = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        if (this.child === child) this.child = undefined;
        resolve({ code, signal });
      });
    });
    const ready = new Promise<true>((resolve) => child.on('message', (message: { ready?: boolean }) => message.ready && resolve(true)));
    const first = await Promise.race([ready, this.end]);
    if (first !== true) throw new Error(`${this.name} ended with ${first.code ?? first.signal} before it was ready: see ${logFile}`);
  }

  /** Sends a signal; false where it does not run. */
  signal(signal: NodeJS.Signals): boolean {
    return this.child?.kill(signal) ?? false;
  }

  /** Settles when it is gone. */
  gone(): Promise<End> {
    return this.end;
  }

  /** SIGKILL, and waits until it is gone. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.end;
  }

  freeze(): void {
    this.signal('SIGSTOP');
  }

  wake(): void {
    this.signal('SIGCONT');
  }

  /** SIGTERM, SIGKILL after `limitMs`; tells how it ended and after how long. */
  async stop(limitMs = 10_000): Promise<End & { tookMs: number }> {
    const began = performance.now();
    this.signal('SIGCONT');
    this.signal('SIGTERM');
    const timer = setTimeout(() => this.signal('SIGKILL'), limitMs);
    const end = await this.end;
    clearTimeout(timer);
    return { ...end, tookMs: performance.now() - began };
  }
}
