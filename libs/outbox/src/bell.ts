/** Wakes one waiter. A ring while nobody waits is kept, so none is lost; many rings are one. */
export class Bell {
  private rung = false;
  private wake?: () => void;

  ring(): void {
    this.rung = true;
    this.wake?.();
  }

  /** Resolves at the next ring (at once when one is kept), after `milliseconds`, or when `signal` is aborted. */
  async wait(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (!this.rung && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const end = (): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', end);
          resolve();
        };
        const timer = setTimeout(end, milliseconds);
        this.wake = end;
        signal.addEventListener('abort', end, { once: true });
      });
      this.wake = undefined;
    }
    this.rung = false;
  }
}
