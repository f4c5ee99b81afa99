import type { Pool, PoolClient } from 'pg';

/** The turn to send, which one instance has at a time: as long as its connection to the database lives. */
export interface SendersTurn {
  /** Whether it is this instance's now, looked at over its connection; takes it where nobody has it. Throws what the database throws. */
  take(): Promise<boolean>;
  leave(): void;
}

/** Held by the session of a connection (pg_try_advisory_lock). */
const SENDERS_LOCK = 0x7365_6e64;
/** How soon PostgreSQL notices that whoever had the turn is gone without a word: half a minute, in place of two hours. */
const ALIVE = `SELECT set_config('tcp_keepalives_idle', '10', false), set_config('tcp_keepalives_interval', '5', false), set_config('tcp_keepalives_count', '4', false)`;

/** `onLost`: the connection broke, and with it the turn. */
export function sendersTurn(pool: Pool, onLost: () => void): SendersTurn {
  let held: PoolClient | undefined;

  function leave(error?: Error): void {
    const client = held;
    held = undefined;
    client?.release(error ?? true);
  }

  /** A connection that broke without a word is found out by asking over it. */
  async function isAlive(client: PoolClient): Promise<boolean> {
    try {
      await client.query('SELECT 1');
      return held === client;
    } catch {
      return false;
    }
  }

  async function take(): Promise<boolean> {
    if (held) {
      if (await isAlive(held)) return true;
      leave();
      onLost();
    }
    const client = await pool.connect();
    try {
      const { rows } = await client.query<{ ours: boolean }>('SELECT pg_try_advisory_lock($1) AS ours', [SENDERS_LOCK]);
      if (!rows[0]?.ours) {
        client.release();
        return false;
      }
      await client.query(ALIVE);
    } catch (error) {
      client.release(true);
      throw error;
    }
    held = client;
    client.once('error', (error) => {
      if (held !== client) return;
      leave(error);
      onLost();
    });
    return true;
  }

  return { take, leave: () => leave() };
}
