/** What is asked while an answer is under way forms the next batch: no timer, no waiting when nothing runs. */
export interface BatcherOptions<Q> {
  /** At most this many in one batch. */
  size: number;
  /** Above this many waiting, `add` refuses at once. */
  capacity: number;
  /** Batches that may run side by side. */
  lanes?: number;
  /** Called when the queue is full; what it returns is thrown. */
  overflow: () => Error;
  run: (batch: Q[]) => void | Promise<void>;
}

/**
 * Natural batching. `run` must settle each of its entries itself and must not throw; a batch that throws all the same
 * ends the process rather than losing answers in silence.
 */
export class Batcher<Q> {
  private waiting: Q[] = [];
  private running = 0;
  private idle: (() => void)[] = [];
  constructor(private readonly options: BatcherOptions<Q>) {}

  get pending(): number {
    return this.waiting.length;
  }

  add(entry: Q): void {
    if (this.waiting.length >= this.options.capacity) throw this.options.overflow();
    this.waiting.push(entry);
    if (this.running < (this.options.lanes ?? 1)) {
      this.running += 1;
      setImmediate(() => void this.drain());
    }
  }

  /** Puts entries back to the front, to be taken up by the next batch. */
  again(entries: Q[]): void {
    this.waiting.unshift(...entries);
  }

  /** Resolves when nothing waits and nothing runs. */
  async settled(): Promise<void> {
    if (this.running === 0) return;
    await new Promise<void>((resolve) => this.idle.push(resolve));
  }

  private async drain(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, this.options.size);
      await this.options.run(batch);
    }
    this.running -= 1;
    if (this.running === 0) for (const resolve of this.idle.splice(0)) resolve();
  }
}
