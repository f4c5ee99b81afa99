import type { Connection, PoolClient, Submittable } from 'pg';

/**
 * One COPY … TO STDOUT, its data handed on piece by piece as the driver reads it: a piece stands only until `take` returns.
 * A stream of them (pg-copy-streams) copies everything once more, which cost as much as comparing it.
 */
class CopyOut implements Submittable {
  readonly done: Promise<void>;
  private finish!: () => void;
  private fail!: (error: Error) => void;
  private failed = false;

  constructor(
    private readonly statement: string,
    private readonly take: (piece: Buffer) => void,
  ) {
    this.done = new Promise((resolve, reject) => {
      this.finish = resolve;
      this.fail = reject;
    });
  }

  submit(connection: Connection): void {
    connection.query(this.statement);
  }

  handleCopyData({ chunk }: { chunk: Buffer }): void {
    this.take(chunk);
  }

  handleCommandComplete(): void {
    // The rows say themselves how many they are.
  }

  handleReadyForQuery(): void {
    if (!this.failed) this.finish();
  }

  handleError(error: Error): void {
    this.failed = true;
    this.fail(error);
  }
}

/** Sends the rows of a statement in PostgreSQL's binary form to `take`. */
export const copyOut = (client: PoolClient, select: string, take: (piece: Buffer) => void): Promise<void> => client.query(new CopyOut(`COPY (${select}) TO STDOUT (FORMAT binary)`, take)).done;
