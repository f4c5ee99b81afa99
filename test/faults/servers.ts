import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { freePort, startPostgres, type RunningServer } from '#servers';
import { createKafkaProxy, type KafkaProxy } from '#testing';
import { Broker } from './broker.js';

/** A Kafka by itself. Its clients are sent to the proxy, wherever they found it. */
async function oneBroker(dataDir: string): Promise<{ brokers: Broker[]; kafkaWay: KafkaProxy }> {
  const port = await freePort();
  const kafkaWay = await createKafkaProxy(() => port);
  return { brokers: [new Broker({ dataDir: join(dataDir, 'kafka'), port, advertisedPort: kafkaWay.port })], kafkaWay };
}

/** Brokers of one cluster, each the controller's voter too, with three copies of everything. Nothing stands before them. */
async function manyBrokers(dataDir: string, count: number): Promise<{ brokers: Broker[] }> {
  const nodes = Array.from({ length: count }, (_, at) => at + 1);
  const controllers = await Promise.all(nodes.map(freePort));
  const id = `A${randomBytes(16).toString('base64url').slice(1)}`;
  return { brokers: await Promise.all(nodes.map(async (node) => new Broker({ dataDir: join(dataDir, `kafka-${node}`), port: await freePort(), cluster: { id, node, controllers } }))) };
}

/** The PostgreSQL and the Kafka of one world. */
export class Servers {
  private constructor(
    private readonly dataDir: string,
    private postgres: RunningServer,
    readonly kafka: readonly Broker[],
    private readonly way: KafkaProxy | undefined,
  ) {}

  /** Starts PostgreSQL; Kafka is not there yet. */
  static async create(dataDir: string, count = 1): Promise<Servers> {
    const postgres = await startPostgres({ dataDir: join(dataDir, 'postgres') });
    const { brokers, kafkaWay }: { brokers: Broker[]; kafkaWay?: KafkaProxy } = await (count === 1 ? oneBroker(dataDir) : manyBrokers(dataDir, count));
    return new Servers(dataDir, postgres, brokers, kafkaWay);
  }

  /** The superuser's connection URL. */
  get adminUrl(): string {
    return this.postgres.address;
  }

  get postgresPort(): number {
    return this.postgres.port;
  }

  /** For KAFKA_BROKERS. */
  get brokers(): string {
    return (this.way ? [this.way] : this.kafka).map(({ port }) => `127.0.0.1:${port}`).join(',');
  }

  /** What stands before a Kafka by itself. */
  get kafkaWay(): KafkaProxy {
    if (!this.way) throw new Error('nothing stands before several brokers');
    return this.way;
  }

  /** Every frame passes again, at once. */
  clearWay(): void {
    this.way?.rules({});
    this.way?.delay(0);
    this.way?.mend();
  }

  async startKafka(): Promise<void> {
    await Promise.all(this.kafka.map((broker) => broker.start()));
  }

  async endKafka(how: 'stop' | 'kill'): Promise<void> {
    await Promise.all(this.kafka.map((broker) => broker.end(how)));
  }

  signalKafka(signal: NodeJS.Signals): void {
    for (const broker of this.kafka) broker.signal(signal);
  }

  /** Immediate stop, no checkpoint, no farewell; started again on the same port. */
  async crashPostgres(): Promise<void> {
    const { process: mark, port } = this.postgres;
    process.kill(mark.pid, 'SIGQUIT');
    await this.postgres.gone();
    this.postgres = await startPostgres({ dataDir: join(this.dataDir, 'postgres'), port });
  }

  async end(): Promise<void> {
    this.signalKafka('SIGCONT');
    // Of several, the last two have nobody to say goodbye to.
    await this.endKafka(this.way ? 'stop' : 'kill');
    await this.postgres.stop();
    this.way?.close();
  }
}
