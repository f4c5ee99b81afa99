import { Module, type DynamicModule, type FactoryProvider, type ModuleMetadata, type Provider } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { LedgerConsumer, OPTIONS, type LedgerConsumerOptions } from './ledger-consumer.js';

export interface AsyncOptions<T> extends Pick<ModuleMetadata, 'imports'>, Pick<FactoryProvider, 'inject'> {
  useFactory: (...given: never[]) => LedgerConsumerOptions<T> | Promise<LedgerConsumerOptions<T>>;
}

const dynamic = (options: Provider, imports: ModuleMetadata['imports'] = []): DynamicModule => ({
  module: SamtyckeModule,
  global: true,
  imports: [DiscoveryModule, ...imports],
  providers: [options, LedgerConsumer],
  exports: [LedgerConsumer],
});

/** One consumer of the ledger for the application; every module can inject `LedgerConsumer`. */
@Module({})
export class SamtyckeModule {
  static forRoot<T>(options: LedgerConsumerOptions<T>): DynamicModule {
    return dynamic({ provide: OPTIONS, useValue: options });
  }

  /** Options made from other providers, such as a pool or a TypeORM data source. */
  static forRootAsync<T>({ imports, inject, useFactory }: AsyncOptions<T>): DynamicModule {
    return dynamic({ provide: OPTIONS, inject, useFactory }, imports);
  }
}
