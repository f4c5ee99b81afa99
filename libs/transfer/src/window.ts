/** Lets a number of works run side by side; who asks for more waits. */
export class Window {
  private readonly running = new Set<Promise<void>>();
  private failure?: { error: unknown };
  private wake?: () => void;
  constructor(private readonly size: number) {}

  /** Begins a work as soon as there is room. Throws what an earlier work threw, and begins nothing then. */
  async begin(work: () => Promise<void>): Promise<void> {
    while (this.running.size >= this.size) await new Promise<void>((resolve) => (this.wake = resolve));
    if (this.failure) throw this.failure.error;
    const running: Promise<void> = work()
      .catch((error: unknown) => void (this.failure ??= { error }))
      .finally(() => this.end(running));
    this.running.add(running);
  }

  /** Resolves when nothing runs any more; throws what the first failed work threw. Nothing is left running behind it. */
  async settled(): Promise<void> {
    await Promise.all(this.running);
    if (this.failure) throw this.failure.error;
  }

  private end(running: Promise<void>): void {
    this.running.delete(running);
    this.wake?.();
    this.wake = undefined;
  }
}
