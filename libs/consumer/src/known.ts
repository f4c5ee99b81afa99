import type { Place } from './order.js';

/** What is held of one stream, as far as it decides whether a message is new. */
export interface KnownStream extends Place {
  appliedAt?: Date;
}

export interface KnownPerson extends KnownStream {
  erased: boolean;
}

export interface Known {
  /** Which server says so; undefined where the store has no other. */
  server?: string;
  streams: Map<string, KnownStream>;
  persons: Map<string, KnownPerson>;
}

export const streamKey = (person: string, purpose: string): string => `${person} ${purpose}`;
