import { cp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { freshTopics, until } from '#testing';
import { runRelay } from '../../apps/relay/src/relay.js';
import { commandLine, type Ended } from '../cli/command.js';
import { proofWorld, type ProofWorld } from '../proof/world.js';

/** A ledger with its log and topics, of which database and log can be put back to a moment before. */
export interface LostWorld {
  world: ProofWorld;
  topics: ReturnType<typeof freshTopics>;
  sql<R extends object>(text: string, values?: unknown[]): Promise<R[]>;
  /** `samtycke recover` on the log's folder, or on another. */
  recover(...args: string[]): Promise<Ended>;
  /** How many events there are. */
  size(): Promise<number>;
  signedAll(): Promise<unknown>;
  /** A relay in this process, and its errors. */
  relay(): { said: string[]; stop: () => Promise<void> };
  /** Keeps database and log as they are now; gives what puts both back. */
  keep(): Promise<() => Promise<void>>;
  /** The same, as of a server that takes over a moment behind: nothing is signed of what comes until both are put back. */
  standby(): Promise<() => Promise<void>>;
  atEnd(end: () => Promise<unknown>): void;
  endRelays(): Promise<void>;
  close(): Promise<void>;
}

export async function lostWorld(): Promise<LostWorld> {
  const world = await proofWorld();
  const topics = freshTopics();
  await topics.create();
  const cli = await commandLine(world.fresh, { KAFKA_BROKERS: topics.brokers, KAFKA_TOPIC_PREFIX: topics.prefix, LOG_DIR: world.root });
  const ending: (() => Promise<unknown>)[] = [];
  const kept = `${world.root}-kept`;
  const sql: LostWorld['sql'] = async (text, values = []) => (await world.attacker.query(text, values)).rows;
  const size = async (): Promise<number> => Number((await sql<{ n: string }>('SELECT count(*) AS n FROM events'))[0]?.n);
  const keep = async (): Promise<() => Promise<void>> => {
    const names = (await sql<{ name: string }>(`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migrations'`)).map(({ name }) => name);
    for (const name of names) await sql(`CREATE TABLE kept_${name} AS SELECT * FROM ${name}`);
    await cp(world.root, kept, { recursive: true });
    return async () => {
      // A relay that runs on may write into it meanwhile.
      await rm(world.root, { recursive: true, maxRetries: 10 });
      await cp(kept, world.root, { recursive: true });
      await sql(`BEGIN; ${names.map((name) => `TRUNCATE ${name}; INSERT INTO ${name} SELECT * FROM kept_${name};`).join(' ')} COMMIT`);
    };
  };
  const endRelays = async (): Promise<void> => {
    for (const end of ending.splice(0)) await end();
  };
  return {
    world,
    topics,
    sql,
    size,
    recover: (...args) => cli.run(['recover', ...(args.includes('--log') ? [] : ['--log', world.root]), ...args]),
    signedAll: () => until(async () => (await world.folder.size()) === (await size()), { timeoutMs: 20_000, what: 'a checkpoint over all' }),
    relay() {
      const over = new AbortController();
      const said: string[] = [];
      const log = pino({ level: 'error' }, { write: (line: string) => void said.push(line) });
      const { fresh } = world;
      const running = runRelay({ pool: fresh.pool, databaseUrl: fresh.url, ledger: fresh.id, brokers: topics.brokers.split(','), prefix: topics.prefix, createTopics: false, replicas: 1, keyring: fresh.keyring, logDir: world.root, log }, over.signal);
      const stop = (): Promise<void> => (over.abort(), running);
      ending.push(stop);
      return { said, stop };
    },
    keep,
    async standby() {
      const restore = await keep();
      const tiles = join(world.root, 'tile');
      await rm(tiles, { recursive: true });
      await writeFile(tiles, 'no folder');
      return restore;
    },
    atEnd: (end) => void ending.push(end),
    endRelays,
    async close() {
      await endRelays();
      cli.close();
      await topics.drop();
      await world.close();
      await rm(kept, { recursive: true, force: true });
    },
  };
}
