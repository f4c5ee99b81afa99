/** What is done in this process for one owner, one after the other; others wait for none of it. */
export class Turns {
  private readonly last = new Map<string, Promise<unknown>>();

  async take<T>(owner: Buffer, act: () => Promise<T>): Promise<T> {
    const name = owner.toString('base64');
    const turn = (this.last.get(name) ?? Promise.resolve()).then(act);
    const over = turn.catch(() => undefined);
    this.last.set(name, over);
    try {
      return await turn;
    } finally {
      if (this.last.get(name) === over) this.last.delete(name);
    }
  }
}
