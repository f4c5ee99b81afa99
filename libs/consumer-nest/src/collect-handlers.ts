import type { Handlers } from '#consumer';
import type { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { handledBy } from './handles.js';

type Name = keyof Handlers<unknown>;
type Call = (...given: unknown[]) => Promise<void> | void;

/** Each once, under however many tokens it is known. */
function instancesOf(discovery: DiscoveryService): Set<object> {
  const instances = [...discovery.getProviders(), ...discovery.getControllers()].map(({ instance }): unknown => instance);
  return new Set(instances.filter((instance): instance is object => typeof instance === 'object' && instance !== null));
}

function* marked(discovery: DiscoveryService, scanner: MetadataScanner): Generator<[Name, Call]> {
  for (const instance of instancesOf(discovery)) {
    const prototype = Object.getPrototypeOf(instance) as Record<string, unknown> | null;
    for (const key of prototype ? scanner.getAllMethodNames(prototype) : []) {
      const method = (instance as Record<string, unknown>)[key];
      if (typeof method !== 'function') continue;
      for (const name of handledBy(method)) yield [name, (method as Call).bind(instance)];
    }
  }
}

/** All handlers that the application's providers mark with `Handles`, each one call for all methods of its name. */
export function collectHandlers(discovery: DiscoveryService, scanner: MetadataScanner): Handlers<unknown> {
  const calls = new Map<Name, Call[]>();
  for (const [name, call] of marked(discovery, scanner)) calls.set(name, [...(calls.get(name) ?? []), call]);
  const together = (all: Call[]): Call => async (...given) => {
    for (const call of all) await call(...given);
  };
  return Object.fromEntries([...calls].map(([name, all]) => [name, together(all)]));
}
