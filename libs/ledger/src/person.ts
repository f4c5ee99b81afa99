import type { HolderKind } from '#contracts';
import { emptyStream, nobodySpecial, type PersonState, type Stream } from '#consent';
import type { WrappedKey } from '#vault';
import type { DefinedPurpose } from './catalogue.js';
import type { Micros } from './clock.js';

/** A person as the batch works on him: what the database held, plus what the batch has decided so far. */
export interface Working {
  person: string;
  kind: HolderKind;
  seq: number;
  /** The seq that the database must still hold when the batch is written. */
  expected: number;
  recorded: Micros;
  known: Micros;
  firstRecorded?: Micros;
  leaf?: Buffer;
  state: string | null;
  key?: Buffer;
  newKey?: WrappedKey;
  streams: Map<string, Stream>;
}

export interface PersonRow {
  kind: HolderKind | null;
  seq: number | null;
  recorded_us: string | null;
  known_us: string | null;
  hash: Buffer | null;
  state: string | null;
}

export function workingOf(person: string, kind: HolderKind, row: PersonRow): Working {
  const seq = row.seq ?? 0;
  return {
    person,
    kind: row.kind ?? kind,
    seq,
    expected: seq,
    recorded: Number(row.recorded_us ?? 0),
    known: Number(row.known_us ?? 0),
    leaf: row.hash ?? undefined,
    state: row.state,
    streams: new Map(),
  };
}

export function streamOf(working: Working, purpose: DefinedPurpose): Stream {
  return working.streams.get(purpose.id) ?? emptyStream(purpose);
}

/** What holds for the whole person. */
export const personOf = ({ state }: Pick<Working, 'state'>): PersonState => (state === null ? nobodySpecial : { ...nobodySpecial, ...(JSON.parse(state) as Partial<PersonState>) });
