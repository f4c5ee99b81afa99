import { createHmac, timingSafeEqual } from 'node:crypto';
import { lookupOf, type Identifier } from './identifiers.js';

/** This process's keyring lacks a key that the ledger uses: it was changed elsewhere and has not been brought here. */
export class KeyMissing extends Error {}

/**
 * Where a chain stands. Even, 2n: every stored value lies under n keys. Odd, 2n + 1: values are being wrapped, each lies
 * under n or n + 1 keys, and what is new lies under n + 1. A ledger that never rotated is in phase 2.
 */
export type Phase = number;

/** How many keys lie around what is written in this phase. */
export const keysIn = (phase: Phase): number => (phase + 1) >> 1;
export const isWrapping = (phase: Phase): boolean => phase % 2 === 1;

/** What tells two keys apart without giving either away. */
export const fingerprintOf = (key: Buffer): string => createHmac('sha256', key).update('samtycke key fingerprint').digest('hex').slice(0, 16);

/** One more key around a value: what a rotation does with stored values, without their plain text. */
export const wrapLookup = (key: Buffer, lookup: Uint8Array): Buffer => createHmac('sha256', key).update(lookup).digest();

/** An identifier as it is looked for in a phase. */
export interface Sought {
  lookup: Buffer;
  /** The value under one key less, while such values may still stand. */
  former?: Buffer;
  phase: Phase;
}

/**
 * A chain of look-up keys, oldest first, as one process knows it. It starts in no phase: the ledger's own row says which
 * holds, and every statement that uses a look-up checks that it still does; then `enter` follows it.
 */
export class KeyChain {
  private entered: Phase = 0;
  /** `reread` gives the keys as they stand now, wherever they came from. */
  constructor(
    private known: readonly Buffer[],
    private readonly reread: () => readonly Buffer[] = () => known,
  ) {}

  /** 0 before anything was asked. */
  get phase(): Phase {
    return this.entered;
  }

  /** The keys in use, oldest first; one that is only prepared is not among them. */
  get keys(): readonly Buffer[] {
    return this.known.slice(0, keysIn(this.entered));
  }

  /**
   * Follows the ledger into a phase; reads the keyring again when a key is missing. `fingerprint` is that of the newest
   * key in use, where the ledger knows it. Throws KeyMissing where this process has not got that very key; the phase stays.
   */
  enter(phase: Phase, fingerprint?: string | null): void {
    if (!this.has(phase, fingerprint)) this.known = this.reread();
    if (!this.has(phase, fingerprint)) throw new KeyMissing(`the keyring lacks look-up key number ${keysIn(phase)} of this ledger`);
    this.entered = phase;
  }

  private has(phase: Phase, fingerprint?: string | null): boolean {
    const newest = this.known[keysIn(phase) - 1];
    if (!newest) return false;
    return fingerprint ? timingSafeEqual(Buffer.from(fingerprintOf(newest)), Buffer.from(fingerprint)) : true;
  }

  /** How an identifier is looked for and stored in the phase entered last. */
  of(identifier: Identifier): Sought {
    const phase = this.entered;
    if (phase === 0) return { lookup: Buffer.alloc(32), phase };
    const keys = this.keys;
    if (!isWrapping(phase)) return { lookup: lookupOf(keys, identifier), phase };
    const former = lookupOf(keys.slice(0, -1), identifier);
    return { lookup: wrapLookup(keys.at(-1) as Buffer, former), former, phase };
  }
}
