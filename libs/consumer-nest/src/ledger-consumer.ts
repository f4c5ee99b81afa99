import { setTimeout as pause } from 'node:timers/promises';
import { createConsumer, type Consumer, type ConsumerHealth, type ConsumerOptions, type Handlers } from '#consumer';
import { Inject, Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { collectHandlers } from './collect-handlers.js';

/** Options of a consumer, without its handlers: those are the application's providers. */
export type LedgerConsumerOptions<T = unknown> = Omit<ConsumerOptions<T>, 'handlers'>;

export const OPTIONS = Symbol('samtycke consumer options');

/** Milliseconds between two tries to start. */
const RETRY_MS = 5_000;

/**
 * The application's consumer. It begins to follow once the application is up, and waits for database, its rights there and Kafka behind it;
 * before the application shuts down it is drained (within 5 s), while providers that end pools `onApplicationShutdown`
 * still have them open. For SIGTERM call `app.enableShutdownHooks()`.
 */
@Injectable()
export class LedgerConsumer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly handlers: Handlers<unknown> = {};
  private readonly consumer: Consumer;
  private readonly stopping = new AbortController();

  constructor(
    @Inject(OPTIONS) private readonly options: LedgerConsumerOptions,
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(MetadataScanner) private readonly scanner: MetadataScanner,
  ) {
    this.consumer = createConsumer({ ...options, handlers: this.handlers });
  }

  onApplicationBootstrap(): void {
    Object.assign(this.handlers, collectHandlers(this.discovery, this.scanner));
    void this.startSurely();
  }

  beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    return this.consumer.stop();
  }

  /** Tries until the consumer has started, or the application stops. Never throws. */
  private async startSurely(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        return await this.consumer.start();
      } catch (error) {
        if (!signal.aborted) this.tell(error instanceof Error ? error.message : 'unknown');
      }
      await pause(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private tell(problem: string): void {
    const message = 'the consumer cannot start; trying again';
    if (this.options.logger) this.options.logger.error({ problem }, message);
    else new Logger(LedgerConsumer.name).error(`${message}: ${problem}`);
  }

  /** See `Consumer.may`. */
  may(person: string, purpose: string, channel?: string): boolean {
    return this.consumer.may(person, purpose, channel);
  }

  /** See `Consumer.mayNow`. */
  mayNow(person: string, purpose: string, channel?: string): Promise<boolean> {
    return this.consumer.mayNow(person, purpose, channel);
  }

  /** See `Consumer.following`. */
  following(): Promise<void> {
    return this.consumer.following();
  }

  health(): ConsumerHealth {
    return this.consumer.health();
  }

  /** Prometheus text. */
  metrics(): string {
    return this.consumer.metrics();
  }
}
