import { DECISIONS, type Actor, type Decision, type HolderKind } from '#contracts';
import { decideFact, decideOverride, decideUnder, emptyStream, evolve, evolvePerson, nobodySpecial, type Outcome, type PersonState, type PurposeRule, type Stream } from '#consent';

/** One table of docs/states.md: a kind of purpose, and who decides about it. */
export interface Family {
  title: string;
  lead: string;
  purpose: PurposeRule;
  holder: HolderKind;
  actor: Actor;
  states: string[];
}

interface Standing {
  stream: Stream;
  person: PersonState;
}

const time = (minute: number): string => `2026-11-22T10:${String(minute).padStart(2, '0')}:00.000000Z`;
const notice = { id: 'n', version: '1', locale: 'sv', sha256: 'a'.repeat(64) };
const rule = (members: Partial<PurposeRule>): PurposeRule => ({ id: 'x', holder: 'person', controller: 'c', basis: 'eu-gdpr:A6-1-a', choice: 'grant-withdraw', ...members });
const system: Actor = { kind: 'system', id: 'crm' };
const unverified: Actor = { kind: 'unverified', id: 'website' };
const device: Actor = { kind: 'device', id: 'd' };

const CONSENT_STATES = ['unknown', 'requested', 'given', 'renewed', 'refused', 'withdrawn', 'expired', 'restricted', 'erased'];
const INTEREST_STATES = ['unknown', 'objected', 'overridden', 'restricted', 'erased'];

export const FAMILIES: Family[] = [
  { title: 'Consent of a person, told by a system', lead: 'The system vouches for what it sends (`eu-gdpr:A6-1-a`).', purpose: rule({ doubleOptIn: true }), holder: 'person', actor: system, states: CONSENT_STATES },
  { title: 'Consent of a person, typed on a website', lead: 'With double opt-in: nobody knows yet who typed, so a grant is a request.', purpose: rule({ doubleOptIn: true }), holder: 'person', actor: unverified, states: CONSENT_STATES },
  { title: 'Consent of a person, typed on a website, without double opt-in', lead: 'A grant counts at once, but over a "no" of which nobody has said yes since, over a restriction, and for somebody who is not to be written to at all.', purpose: rule({}), holder: 'person', actor: unverified, states: CONSENT_STATES },
  { title: 'Consent of a device', lead: 'All cookie purposes, and precise location.', purpose: rule({ holder: 'device' }), holder: 'device', actor: device, states: CONSENT_STATES },
  { title: 'A purpose of devices, said by a person', lead: 'His "no" stands in his own stream and reaches his devices; a grant never crosses.', purpose: rule({ holder: 'device' }), holder: 'person', actor: system, states: ['unknown', 'refused', 'withdrawn', 'erased'] },
  { title: 'Legitimate interest, weighed', lead: 'Allowed until objected (`eu-gdpr:A6-1-f`); an operator may override on a compelling ground.', purpose: rule({ choice: 'object-lift', basis: 'eu-gdpr:A6-1-f', weighed: true }), holder: 'person', actor: system, states: INTEREST_STATES },
  { title: 'Legitimate interest, direct marketing', lead: 'Nothing overrides an objection (GDPR 21(2) and (3)).', purpose: rule({ choice: 'object-lift', basis: 'eu-gdpr:A6-1-f', directMarketing: true }), holder: 'person', actor: system, states: INTEREST_STATES.filter((state) => state !== 'overridden') },
  { title: 'Told', lead: 'Contract, legal obligation, vital interests, legal claims: the person is told and cannot switch.', purpose: rule({ choice: 'told', basis: 'eu-gdpr:A6-1-b' }), holder: 'person', actor: system, states: ['unknown', 'restricted', 'erased'] },
];

export const ACTIONS = [...DECISIONS, 'override'] as const;
export type Action = (typeof ACTIONS)[number];

function act(family: Family, action: Action, { stream, person }: Standing, minute: number, actor = family.actor, locale = 'sv'): Outcome {
  const now = time(minute);
  if (action === 'override') return person.erased ? { kind: 'refused', code: 'person_erased' } : decideOverride({ ground: 'g' }, stream, family.purpose, now);
  return decideUnder({ decision: action, holder: family.holder, actor, recordedAt: now, notice: { ...notice, locale } }, stream, family.purpose, person);
}

function after(standing: Standing, outcome: Outcome, minute: number): Standing {
  if (outcome.kind !== 'done') throw new Error(`this state cannot be reached: ${JSON.stringify(outcome)}`);
  return { ...standing, stream: outcome.drafts.reduce((stream, draft) => evolve(stream, { ...draft, event: 'e', version: stream.version + 1, recordedAt: time(minute) }), standing.stream) };
}

function whole(family: Family, standing: Standing, fact: Parameters<typeof decideFact>[0]): Standing {
  const entries = decideFact(fact, standing.person, [{ purpose: family.purpose, stream: standing.stream }], time(5));
  return entries.reduce<Standing>(
    ({ stream, person }, { purpose, draft }) => (purpose === '~person' ? { stream, person: evolvePerson(person, draft) } : { person, stream: evolve(stream, { ...draft, event: 'e', version: stream.version + 1, recordedAt: time(5) }) }),
    standing,
  );
}

/** A stream in that state, come to it by decisions. */
export function standingIn(family: Family, state: string): Standing {
  const empty: Standing = { stream: emptyStream(family.purpose), person: nobodySpecial };
  const by = (decision: Decision, from = empty, minute = 1, locale = 'sv'): Standing => after(from, act(family, decision, from, minute, family.actor.kind === 'unverified' ? system : family.actor, locale), minute);
  const isConsent = family.purpose.choice === 'grant-withdraw';
  const standing = (): Standing => (isConsent && family.holder === family.purpose.holder ? by('grant') : empty);
  const reach: Record<string, () => Standing> = {
    unknown: () => empty,
    requested: () => by('request'),
    given: () => by('grant'),
    renewed: () => by('grant', by('grant'), 2, 'da'),
    refused: () => by('refuse'),
    withdrawn: () => (family.holder === family.purpose.holder ? by('withdraw', by('grant'), 2) : by('withdraw')),
    expired: () => ({ ...empty, stream: { ...by('grant').stream, status: 'expired', allowed: false } }),
    objected: () => by('object'),
    overridden: () => after(by('object'), act(family, 'override', by('object'), 2), 2),
    restricted: () => whole(family, standing(), { kind: 'restrict', ground: 'g' }),
    erased: () => whole(family, standing(), { kind: 'erase', reason: 'erased', ground: 'g', kept: [] }),
  };
  const found = reach[state];
  if (!found) throw new Error(`no such state: ${state}`);
  return found();
}

/** What a cell of the table says. */
export function cellOf(family: Family, state: string, action: Action): string {
  const outcome = act(family, action, standingIn(family, state), 10);
  if (outcome.kind === 'refused') return `refused: \`${outcome.code}\``;
  if (outcome.kind === 'unchanged') return 'already so';
  const last = outcome.drafts.at(-1);
  return `\`${outcome.drafts.map(({ type }) => type).join('`, `')}\` → ${last?.after.status}, ${last?.after.allowed ? 'allowed' : 'not allowed'}`;
}

export function renderStates(): string {
  const tables = FAMILIES.map((family) => {
    const rows = family.states.map((state) => `| **${state}** | ${ACTIONS.map((action) => cellOf(family, state, action)).join(' | ')} |`);
    return `## ${family.title}\n\n${family.lead}\n\n| state | ${ACTIONS.join(' | ')} |\n|---|${ACTIONS.map(() => '---|').join('')}\n${rows.join('\n')}\n`;
  });
  return `# States and decisions

Every state of a purpose, every decision, and what comes of it: the events that are written with the status and permission
after them, "already so" (200, nothing is written), or the code of the refusal. Generated from the domain
(\`UPDATE_DOCS=1 npm test -- test/contract/states\`), and held against it cell by cell by \`test/contract/states.spec.ts\`.

"restricted" is a purpose whose processing was restricted while it was allowed; "erased" a person who was erased; "overridden" an
objection that an operator overrode. No decision here is late: one that lies before the decision in force is recorded as
\`decision-recorded\` and changes nothing. Everything here carries the notice that was shown; a grant or request without it is refused
with \`notice_unknown\`.

${tables.join('\n')}`;
}
