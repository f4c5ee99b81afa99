import { join } from 'node:path';
import { freePort, startKafka, startPostgres, type RunningServer } from '#servers';
import { createKafkaProxy, type KafkaProxy } from '#testing';

/** The PostgreSQL and the Kafka of one world. Kafka's clients are sent to the proxy, wherever they found it. */
export class Servers {
  private kafka: RunningServer | undefined;

  private constructor(
    private readonly dataDir: string,
    private postgres: RunningServer,
    readonly kafkaWay: KafkaProxy,
    private readonly kafkaPort: number,
  ) {}

  /** Starts PostgreSQL; Kafka is not there yet. */
  static async create(dataDir: string): Promise<Servers> {
    const postgres = await startPostgres({ dataDir: join(dataDir, 'postgres') });
    const kafkaPort = await freePort();
    return new Servers(dataDir, postgres, await createKafkaProxy(() => kafkaPort), kafkaPort);
  }

  /** The superuser's connection URL. */
  get adminUrl(): string {
    return this.postgres.address;
  }

  get postgresPort(): number {
    return this.postgres.port;
  }

  get brokers(): string {
    return `127.0.0.1:${this.kafkaWay.port}`;
  }

  async startKafka(): Promise<void> {
    this.kafka ??= await startKafka({ dataDir: join(this.dataDir, 'kafka'), port: this.kafkaPort, advertisedPort: this.kafkaWay.port });
  }

  /** Ends Kafka: told to (SIGTERM), or killed. */
  async endKafka(how: 'stop' | 'kill'): Promise<void> {
    const kafka = this.kafka;
    this.kafka = undefined;
    if (how === 'kill' && kafka) process.kill(kafka.process.pid, 'SIGKILL');
    if (how === 'stop') await kafka?.stop(30_000);
    await kafka?.gone();
  }

  /** Sends Kafka's own process a signal. */
  signalKafka(signal: NodeJS.Signals): void {
    if (this.kafka) process.kill(this.kafka.process.pid, signal);
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
    await this.endKafka('stop');
    await this.postgres.stop();
    this.kafkaWay.close();
  }
}
