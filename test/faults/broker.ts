import { startKafka, type RunningServer, type ServerOptions } from '#servers';

/** A Kafka of a world, or one of several that are one cluster: on its own folder and port through all its lives. */
export class Broker {
  private running: RunningServer | undefined;

  constructor(private readonly options: ServerOptions & { port: number }) {}

  get port(): number {
    return this.options.port;
  }

  async start(): Promise<void> {
    this.running ??= await startKafka(this.options);
  }

  /** Ends it: told to (SIGTERM), or killed. */
  async end(how: 'stop' | 'kill'): Promise<void> {
    const { running } = this;
    this.running = undefined;
    if (how === 'kill' && running) process.kill(running.process.pid, 'SIGKILL');
    if (how === 'stop') await running?.stop(30_000);
    await running?.gone();
  }

  signal(signal: NodeJS.Signals): void {
    if (this.running) process.kill(this.running.process.pid, signal);
  }
}
