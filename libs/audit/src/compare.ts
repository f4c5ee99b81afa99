import type { PersonState, Stream } from '#consent';
import type { PersonFold } from './person-fold.js';
import type { Problem } from './problem.js';
import type { HeadRow, PersonRow } from './rows.js';

/** A state as the ledger writes it. */
export function stateText(stream: Stream): string {
  const { version, status, allowed, channels, partners, preferences, validUntil, endsBy, since, givenAt, imported, lastNo, overriddenUntil, notice, via, event, recordedAt, open, chosen } = stream;
  const shown = notice && { id: notice.id, version: notice.version, locale: notice.locale };
  return JSON.stringify({ version, status, allowed, channels, partners, preferences, validUntil, endsBy, since, givenAt, imported, lastNo, overriddenUntil, notice: shown, via, event, recordedAt, open, chosen });
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** Whether two JSON values are the same, whatever the order of their members; a member that is undefined is none. */
export function sameValue(one: unknown, other: unknown): boolean {
  if (!isObject(one) || !isObject(other)) return one === other;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => sameValue(one[name], other[name]));
}

/** Whether a state in the database is this one; what is no JSON is no state. */
export function sameState(text: string, state: Stream | PersonState): boolean {
  try {
    return sameValue(JSON.parse(text), state);
  } catch {
    return false;
  }
}

/** The columns of a head that are not what its stream's events say. */
export function wrongInHead([, , version, status, allowed, validUntil, state]: HeadRow, stream: Stream): string[] {
  const wrong: string[] = [];
  if (version !== String(stream.version)) wrong.push('version');
  if (status !== stream.status) wrong.push('status');
  if ((allowed === 't') !== stream.allowed) wrong.push('allowed');
  if ((validUntil ?? undefined) !== stream.validUntil) wrong.push('valid_until');
  if (state !== stateText(stream) && !sameState(state, stream)) wrong.push('state');
  return wrong;
}

function wrongInPerson([, kind, seq, step, recorded, hash, state]: PersonRow, fold: PersonFold): string[] {
  const wrong: string[] = [];
  if (kind !== fold.kind) wrong.push('kind');
  if (seq !== String(fold.seq)) wrong.push('seq');
  if (!(Number(step) >= 1 && Number(step) <= fold.seq)) wrong.push('step');
  if (recorded !== String(fold.recorded)) wrong.push('recorded_us');
  if (hash !== fold.hash) wrong.push('hash');
  if (fold.whole === undefined ? state !== null : state === null || !sameState(state, fold.whole)) wrong.push('state');
  return wrong;
}

/** Holds a person's projections against the fold of all of his events. */
export function compareProjections(fold: PersonFold, row: PersonRow | undefined, heads: ReadonlyMap<string, HeadRow>): Problem[] {
  const { person } = fold;
  const wrong: Problem[] = [];
  if (!row) wrong.push({ person, projection: 'persons', text: 'the table persons has no row for this person' });
  else for (const column of wrongInPerson(row, fold)) wrong.push({ person, projection: 'persons', text: `persons.${column} is not what the ${fold.seq} events say` });
  for (const [purpose, stream] of fold.streams) {
    if (fold.damaged.has(purpose)) continue;
    const head = heads.get(purpose);
    const { version } = stream;
    if (!head) wrong.push({ person, purpose, version, projection: 'heads', text: 'the table heads has no row for this stream' });
    else for (const column of wrongInHead(head, stream)) wrong.push({ person, purpose, version, projection: 'heads', text: `heads.${column} is not what the events say` });
  }
  for (const [purpose, [, , version]] of heads) {
    if (!fold.streams.has(purpose) && !fold.damaged.has(purpose)) wrong.push({ person, purpose, version: Number(version), projection: 'heads', text: 'the table heads has a row, and there is no event' });
  }
  return wrong;
}
