import type { Handlers } from '#consumer';
import type { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { handledBy } from './handles.js';

type Name = keyof Handlers<unknown>;
type Call = (...given: unknown[]) => Promise<void> | void;

type Wrapper = ReturnType<DiscoveryService['getProviders']>[number];

/** Made anew for each request or each user: what stands here is an empty shell. */
const isMadeAnew = (wrapper: Wrapper): boolean => wrapper.isTransient || !wrapper.isDependencyTreeStatic();

function* methodsOf(instance: object, scanner: MetadataScanner): Generator<{ name: string; method: object }> {
  const prototype = Object.getPrototypeOf(instance) as object | null;
  for (const name of prototype ? scanner.getAllMethodNames(prototype) : []) {
    const method = (instance as Record<string, unknown>)[name];
    if (typeof method === 'function') yield { name, method };
  }
}

function mustStay(wrapper: Wrapper, method: string): void {
  if (!isMadeAnew(wrapper)) return;
  throw new Error(`${String(wrapper.name)}.${method} cannot handle events: its provider is of request or transient scope, or needs one that is`);
}

/** Each instance once, under however many tokens it is known. Throws where a marked method's instance would be an empty shell. */
function* marked(discovery: DiscoveryService, scanner: MetadataScanner): Generator<[Name, Call]> {
  const seen = new Set<unknown>();
  for (const wrapper of [...discovery.getProviders(), ...discovery.getControllers()]) {
    const instance: unknown = wrapper.instance;
    if (typeof instance !== 'object' || instance === null || seen.has(instance)) continue;
    seen.add(instance);
    for (const { name: own, method } of methodsOf(instance, scanner)) {
      const names = handledBy(method);
      if (names.length > 0) mustStay(wrapper, own);
      for (const name of names) yield [name, (method as Call).bind(instance)];
    }
  }
}

/** All handlers that the application's providers mark with `Handles`, each one call for all methods of its name. Throws where a provider cannot handle any. */
export function collectHandlers(discovery: DiscoveryService, scanner: MetadataScanner): Handlers<unknown> {
  const calls = new Map<Name, Call[]>();
  for (const [name, call] of marked(discovery, scanner)) calls.set(name, [...(calls.get(name) ?? []), call]);
  const together = (all: Call[]): Call => async (...given) => {
    for (const call of all) await call(...given);
  };
  return Object.fromEntries([...calls].map(([name, all]) => [name, together(all)]));
}
