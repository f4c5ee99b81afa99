const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 5 * 60_000;

export interface LaneOptions {
  /** Ids of all that waits. */
  list(): Promise<string[]>;
  /** Throws what may pass. */
  handOn(id: string): Promise<void>;
  /** Told with how long it waits now, in ms. */
  failed(id: string, error: unknown, pause: number): void;
}

/** Hands on what waits, each once, one after the other; what fails is tried again after pauses that grow to five minutes. */
export class Lane {
  private readonly pauses = new Map<string, { until: number; pause: number }>();
  /** What was handed on, and waits for something else. */
  private passed = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private again = false;
  private stopped = false;

  constructor(private readonly options: LaneOptions) {}

  wake(): void {
    this.again = true;
    if (this.stopped || this.running) return;
    this.running = this.rounds().finally(() => (this.running = undefined));
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private async rounds(): Promise<void> {
    while (this.again && !this.stopped) {
      this.again = false;
      const ids = await this.options.list().catch(() => []);
      this.passed = new Set(ids.filter((id) => this.passed.has(id)));
      for (const id of ids) await this.handOn(id);
    }
    const next = Math.min(...[...this.pauses.values()].map(({ until }) => until));
    clearTimeout(this.timer);
    if (next < Infinity && !this.stopped) this.timer = setTimeout(() => this.wake(), Math.max(0, next - Date.now())).unref();
  }

  private async handOn(id: string): Promise<void> {
    if (this.stopped || this.passed.has(id) || (this.pauses.get(id)?.until ?? 0) > Date.now()) return;
    try {
      await this.options.handOn(id);
      this.pauses.delete(id);
      this.passed.add(id);
    } catch (error) {
      const pause = Math.min(LONGEST_PAUSE_MS, 2 * (this.pauses.get(id)?.pause ?? FIRST_PAUSE_MS / 2));
      this.pauses.set(id, { pause, until: Date.now() + pause });
      this.options.failed(id, error, pause);
    }
  }
}
