/** Runs work side by side, but in the order of its coming where it has a name in common: what is one person's waits for each other. In one process. */
export class InTurn {
  private readonly last = new Map<string, Promise<unknown>>();

  async run<T>(names: readonly string[], work: () => Promise<T>): Promise<T> {
    const before = names.flatMap((name) => this.last.get(name) ?? []);
    const running = before.length === 0 ? work() : Promise.allSettled(before).then(work);
    for (const name of names) this.last.set(name, running);
    try {
      return await running;
    } finally {
      for (const name of names) if (this.last.get(name) === running) this.last.delete(name);
    }
  }
}
