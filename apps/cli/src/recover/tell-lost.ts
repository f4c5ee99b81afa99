import { LEFT, type LostEvent, type Settled } from '#recovery';

const eventOf = ({ purpose, version, type }: LostEvent): string => `${purpose} version ${version}, ${type}`;

export function tellFound(lost: readonly LostEvent[]): void {
  if (lost.length > 0) console.log(`systems were told of ${lost.length.toLocaleString('en')} changes that neither this database nor the log holds`);
}

export function tellEach(lost: readonly LostEvent[]): void {
  for (const one of lost) console.log(`${one.data.kind} ${one.person}: ${eventOf(one)}`);
}

const WORDS: Record<string, string> = {
  [LEFT]: 'LEFT as systems know it',
  'said-since': 'something newer was said since, which systems have',
  'consent-withdrawn': 'withdrawn here too',
  'objection-raised': 'objected to here too',
  'preferences-changed': 'what stands here was said anew',
  'person-erased': 'erased again',
  'processing-restricted': 'restricted again',
};

const outcomeOf = (outcome: string): string => outcome.split(' ').map((one) => WORDS[one] ?? one).join(', ');

/** Tells of one person; counts what is left. */
export function tellSettled({ person, kind, events }: Settled): number {
  for (const one of events) console.log(`${kind} ${person}: ${eventOf(one)}, was sent and is lost: ${outcomeOf(one.outcome)}`);
  return events.filter(({ outcome }) => outcome === LEFT).length;
}

export function tellLeft(left: number): void {
  if (left > 0) console.log(`${left.toLocaleString('en')} of the lost changes are LEFT: their purpose is not in the catalogue, or they are of the ledger itself, or of somebody who was merged since. Look at each; \`samtycke systems replay\` tells one system anew what the ledger holds`);
}
