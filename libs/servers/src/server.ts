import { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { isAlive, type ProcessMark } from './processes.js';

/** A running server that answered a query (PostgreSQL) or a metadata request (Kafka). */
export interface RunningServer {
  /** PostgreSQL: the superuser's connection URL. Kafka: `host:port`. */
  address: string;
  port: number;
  process: ProcessMark;
  /** True when it ran already and was taken over. */
  takenOver: boolean;
  /** Settles when the process is gone, for whatever reason; keeps this process alive meanwhile. */
  gone(): Promise<void>;
  /** Ends it cleanly, by force once `limitMs` (default 8,000) have passed; its data stay. Harmless when it is gone. */
  stop(limitMs?: number): Promise<void>;
}

/** Several brokers of one machine, each the controller's voter too; to be started together, and again with the same ports. */
export interface KafkaCluster {
  /** The cluster's own: 16 bytes as base64url. */
  id: string;
  /** The number of this one, from 1. */
  node: number;
  /** The ports of all controllers, in order of their numbers. */
  controllers: readonly number[];
}

export interface ServerOptions {
  /** Folder of this server alone: its data, log, password and remembered port. */
  dataDir: string;
  /** Must be free; without it a free port is chosen and remembered. */
  port?: number;
  /** Aborting it ends a start that is under way, with a `stopped` problem. */
  signal?: AbortSignal;
  /** Kafka only: the port of 127.0.0.1 that clients are sent to, where something stands between them and the broker. */
  advertisedPort?: number;
  /** Kafka only: it is one of several brokers. */
  cluster?: KafkaCluster;
  /** Kafka only: settings of its own (`server.properties`), in place of those that stand here. */
  settings?: (place: { port: number; controllerPort: number }) => Record<string, string>;
  /** Kafka only: users for SCRAM-SHA-512 and their passwords, made with its data folder. */
  users?: Record<string, string>;
  /** Kafka only: told when its jars have to be fetched first, which takes a while. */
  onFetch?: (version: string) => void;
}

const LOOK_EVERY_MS = 500;

/** Settles when the process is gone: by its exit where it is a child of this one, else by looking twice a second. */
export async function whenGone(mark: ProcessMark, child?: ChildProcess): Promise<void> {
  if (child) {
    if (child.exitCode !== null || child.signalCode !== null) return;
    await new Promise<void>((resolve) => child.once('exit', () => resolve()));
    return;
  }
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      void isAlive(mark).then((alive) => {
        if (alive) return;
        clearInterval(timer);
        resolve();
      });
    }, LOOK_EVERY_MS);
  });
}

/** Waits until the program runs; undefined then, else why it could not be run. */
export function whenBegun(child: ChildProcess): Promise<Error | undefined> {
  return once(child, 'spawn').then(
    () => {
      child.on('error', () => undefined);
      return undefined;
    },
    (error: Error) => error,
  );
}
