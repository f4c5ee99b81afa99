import type { KeyChain } from '#vault';

/** The chain of keys under which identifiers are looked up, oldest first. */
export class LookupKeys {
  constructor(readonly keys: KeyChain) {}
}

/** The key under which bodies are hashed for idempotency. */
export class BodyHashKey {
  constructor(readonly key: Buffer) {}
}

/** The chain of keys under which identifiers of erased people are recognised, oldest first. */
export class SuppressionKeys {
  constructor(readonly keys: KeyChain) {}
}
