import { WHOLE_PERSON } from '#contracts';
import { readState } from './read-message.js';
import { isUnreadable, purposeOf, type RawMessage } from './received.js';

/** What the state topic must hold, by the last events: for each of their streams a record, or its person's that says he was erased. */
export interface StateDemands {
  see(records: readonly RawMessage[]): void;
  areMet(): boolean;
}

const personIn = (key: string): string => key.split(':')[0] ?? '';

/** An erased person's purposes may have no record any more; of what cannot be read nobody knows. */
function mayBeErased(raw: RawMessage): boolean {
  const read = readState(raw);
  return isUnreadable(read) || (read.data.erased ?? false);
}

/**
 * The last events alone tell whether the state topic is whole: one that was lost and is being filled again may already hold the newest
 * record, but not those of streams whose turn is yet to come.
 */
export function demandsOf(streams: Iterable<string>): StateDemands {
  const open = new Set(streams);
  const people = new Set([...open].map(personIn));

  function meetAll(person: string): void {
    for (const stream of open) if (personIn(stream) === person) open.delete(stream);
  }

  return {
    see: (records) => {
      for (const raw of records) {
        const key = raw.key?.toString() ?? '';
        open.delete(key);
        if (purposeOf(raw) === WHOLE_PERSON && people.has(personIn(key)) && mayBeErased(raw)) meetAll(personIn(key));
      }
    },
    areMet: () => open.size === 0,
  };
}
