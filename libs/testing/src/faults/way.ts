import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** One direction of a connection through a proxy: bytes arrive in order, whatever was done to them. */
export class Way {
  delayMs = 0;
  private held: Buffer[] | undefined;
  private queue: Promise<void> = Promise.resolve();
  private queued = 0;

  constructor(
    private readonly from: Socket,
    private readonly to: Socket,
  ) {
    to.on('drain', () => this.from.resume());
  }

  /** Passes it on: now, later (`delayMs`), or once what is held is released. */
  send(chunk: Buffer): void {
    if (this.held) return void this.held.push(chunk);
    if (this.delayMs === 0 && this.queued === 0) return this.write(chunk);
    this.queued += 1;
    const due = performance.now() + this.delayMs;
    this.queue = this.queue.then(async () => {
      await pause(Math.max(0, due - performance.now()));
      this.queued -= 1;
      this.write(chunk);
    });
  }

  /** Keeps what comes from now on. */
  hold(): void {
    this.held ??= [];
  }

  /** Sends what was kept, in order. */
  release(): void {
    const held = this.held ?? [];
    this.held = undefined;
    for (const chunk of held) this.send(chunk);
  }

  private write(chunk: Buffer): void {
    if (!this.to.writable) return;
    if (!this.to.write(chunk)) this.from.pause();
  }
}
