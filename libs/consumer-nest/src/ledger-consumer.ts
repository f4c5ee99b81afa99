import { createConsumer, type Consumer, type ConsumerHealth, type ConsumerOptions, type Handlers } from '#consumer';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { collectHandlers } from './collect-handlers.js';

/** Options of a consumer, without its handlers: those are the application's providers. */
export type LedgerConsumerOptions<T = unknown> = Omit<ConsumerOptions<T>, 'handlers'>;

export const OPTIONS = Symbol('samtycke consumer options');

/**
 * The application's consumer. It begins to follow once the application is up, and waits for database and Kafka behind it;
 * before the application shuts down it is drained (within 5 s), while providers that end pools `onApplicationShutdown`
 * still have them open. For SIGTERM call `app.enableShutdownHooks()`.
 */
@Injectable()
export class LedgerConsumer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly handlers: Handlers<unknown> = {};
  private readonly consumer: Consumer;

  constructor(
    @Inject(OPTIONS) options: LedgerConsumerOptions,
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(MetadataScanner) private readonly scanner: MetadataScanner,
  ) {
    this.consumer = createConsumer({ ...options, handlers: this.handlers });
  }

  onApplicationBootstrap(): void {
    Object.assign(this.handlers, collectHandlers(this.discovery, this.scanner));
    void this.consumer.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.consumer.stop();
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
