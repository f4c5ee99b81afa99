import { WHOLE_PERSON, type LedgerEvent } from '#contracts';

type Fact = Record<string, unknown>;
type Told = (fact: Fact) => (string | undefined)[];

const said = (name: string, value: unknown): string | undefined => (value === undefined ? undefined : `${name}: ${String(value)}`);
const day = (value: unknown): string => String(value).slice(0, 10);
const until = (value: unknown): string | undefined => (value === undefined ? undefined : `until ${day(value)}`);

const kinds = (list: unknown): string | undefined => (Array.isArray(list) && list.length > 0 ? list.map((one) => String((one as Fact).kind)).join(', ') : undefined);

const MERGED: Record<string, string> = { from: 'merged into', into: 'took in' };
const SPLIT: Record<string, string> = { from: 'split off from', into: 'goes on without', settled: 'settled after the split from' };

const ground: Told = (fact) => [said('ground', fact.ground), until(fact.until)];

const FACTS: Record<string, Told> = {
  'right-requested': ({ right, due }) => [said('right', right), `to be answered by ${day(due)}`],
  'right-closed': ({ right, outcome }) => [said('right', right), said('outcome', outcome)],
  'person-merged': ({ role, other }) => [`${MERGED[String(role)] ?? 'merged with'} ${String(other)}`],
  'person-split': ({ role, other }) => [`${SPLIT[String(role)] ?? 'split from'} ${String(other)}`],
  'person-linked': ({ role, other }) => [`linked with the ${String(role)} ${String(other)}`],
  'processing-restricted': ground,
  'restriction-lifted': ground,
  'objection-lifted': ground,
  'person-erased': ground,
  'identifiers-changed': ({ added, removed }) => [said('added', kinds(added)), said('removed', kinds(removed))],
  'notice-published': ({ id, version, change, from }) => [`${String(id)} ${String(version)}`, `${String(change)} from ${day(from)}`],
  'key-changed': ({ role, key }) => [said(String(role), key)],
};

/**
 * What an event says beside its type, for people to read: which right, what came of it, who was merged with whom, on which ground.
 * Undefined where it says nothing more. What stands in a fact is given as it stands there.
 */
export function factInWords({ type, purpose, fact }: LedgerEvent): string | undefined {
  const aboutAnother = type === 'person-merged' || type === 'person-split';
  if (!fact || (aboutAnother && purpose !== WHOLE_PERSON)) return undefined;
  const told = FACTS[type]?.(fact).filter((one) => one !== undefined) ?? [];
  return told.length > 0 ? told.join('; ') : undefined;
}
