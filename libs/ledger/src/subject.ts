import type { Identifier, KeyChain } from '#vault';
import { Refusal, type Claim, type Holder } from './call.js';
import { newHolderId } from './ids.js';
import { lookUp, type LookedUp } from './look-up.js';
import { homeOf, type FoundIdentifier, type Reader } from './read.js';

/** Whom a call is about: checked and normalised. A device's id comes from its token. */
export interface Subject {
  identifiers: Identifier[];
  person?: string;
  device?: string;
}

/** The holders behind a subject: none, one, or several people, and at most one device. */
export interface Holders {
  people: Holder[];
  device?: Holder;
  /** Somebody of these identifiers was erased: only he himself begins anew (rule 17). */
  erased?: boolean;
}

export interface Finder {
  reader: Reader;
  lookupKeys: KeyChain;
  /** Where identifiers of erased people are to be recognised. */
  suppressionKeys?: KeyChain;
}

interface Looked extends LookedUp<FoundIdentifier> {
  identifier: Identifier;
}

/** Looked for under both chains. */
interface Sought extends Looked {
  /** It belonged to somebody who was erased. */
  erased: boolean;
}

async function look({ reader, lookupKeys }: Finder, identifiers: Identifier[]): Promise<Looked[]> {
  return Promise.all(
    identifiers.map(async (identifier) => ({ identifier, ...(await lookUp(reader.identifiers, lookupKeys, identifier)) })),
  );
}

/** Which of these belonged to somebody who was erased; none where the finder has no keys for that. */
async function erasedAmong({ reader, suppressionKeys }: Pick<Finder, 'reader' | 'suppressionKeys'>, identifiers: Identifier[]): Promise<boolean[]> {
  if (!suppressionKeys) return identifiers.map(() => false);
  const found = await Promise.all(identifiers.map((identifier) => lookUp(reader.suppressions, suppressionKeys, identifier)));
  return found.map((one) => one.found === true);
}

/** Whether one of these belonged to somebody who was erased. */
export const isErased = async (finder: Pick<Finder, 'reader' | 'suppressionKeys'>, identifiers: Identifier[]): Promise<boolean> => (await erasedAmong(finder, identifiers)).includes(true);

/** Who has each of these, and which belonged to the erased. In one turn, and the second is answered no sooner: whoever is erased between the two is seen. */
export async function seek(finder: Finder, identifiers: Identifier[]): Promise<Sought[]> {
  const [looked, erased] = await Promise.all([look(finder, identifiers), erasedAmong(finder, identifiers)]);
  return looked.map((one, at) => ({ ...one, erased: erased[at] === true }));
}

/** People behind identifiers, in the order in which the subject names them; each once. */
function peopleOf(looked: Looked[]): Holder[] {
  const people = new Map<string, Holder>();
  for (const { identifier, found } of looked) {
    if (!found || people.has(found.person)) continue;
    people.set(found.person, { person: found.person, kind: 'person', via: { kind: identifier.kind, id: found.id } });
  }
  return [...people.values()];
}

/** A claim of what was looked for and not found, in the phase in which it was looked for. */
export const claimOf = ({ sought: { lookup, phase } }: LookedUp<unknown>, identifier: Identifier): Claim => ({ lookup, phase, id: newHolderId(), ...identifier });

/** A holder for a subject that nobody has been seen under before. */
function newPerson(looked: Looked[]): Holder {
  const claims = looked.map((one) => claimOf(one, one.identifier));
  const first = claims[0];
  return { person: newHolderId(), kind: 'person', claims, via: first && { kind: first.kind, id: first.id } };
}

/** The holder that a call names by id: a person or a device that the ledger knows. */
async function named(finder: Finder, person: string): Promise<Holder> {
  const kind = await finder.reader.kinds.load(person);
  if (kind === undefined || kind === 'ledger') throw new Refusal(422, 'person_unknown', 'no person or device has this id');
  return { person, kind };
}

/** The people that a subject's identifiers and id lead to; nobody is made. */
export async function findPeople(finder: Finder, subject: Subject): Promise<Holder[]> {
  return meantBy(finder, subject, await look(finder, subject.identifiers));
}

/** The same, and whether one of the identifiers belonged to somebody who was erased. */
export async function findPeopleAndErased(finder: Finder, subject: Subject): Promise<{ people: Holder[]; erased: boolean }> {
  const looked = await seek(finder, subject.identifiers);
  return { people: await meantBy(finder, subject, looked), erased: looked.some((one) => one.erased) };
}

async function meantBy(finder: Finder, { person }: Subject, looked: Looked[]): Promise<Holder[]> {
  const people = peopleOf(looked);
  return person === undefined ? people : withNamed(await named(finder, person), people);
}

/**
 * The holders of a call. Where nobody is found, a new person is made with all identifiers given; to a person that is
 * known, identifiers are added only by a caller who may link.
 */
export async function holdersOf(finder: Finder, subject: Subject, mayLink: boolean): Promise<Holders> {
  // For everybody alike: no time tells who is known.
  const looked = await seek(finder, subject.identifiers);
  const erased = looked.some((one) => one.erased);
  const device: Holder | undefined = subject.device === undefined ? undefined : { person: subject.device, kind: 'device' };
  const holder = subject.person === undefined ? undefined : await named(finder, subject.person);
  if (holder?.kind === 'device') return { people: peopleOf(looked), device: device ?? holder, erased };
  const people = await asOneEach(finder, withNamed(holder, peopleOf(looked)));
  return { people: withUnknown(people, looked.filter((one) => !one.found), mayLink), device, erased };
}

/** Several people may have become one since: each as the person he is today, once. */
async function asOneEach({ reader }: Finder, people: Holder[]): Promise<Holder[]> {
  if (people.length < 2) return people;
  const today = new Map<string, Holder>();
  for (const holder of people) {
    const person = await homeOf(reader, holder.person);
    if (!today.has(person)) today.set(person, { ...holder, person });
  }
  return [...today.values()];
}

/** The holder that was named by id first, then the others that identifiers lead to. */
const withNamed = (holder: Holder | undefined, found: Holder[]): Holder[] =>
  holder ? [holder, ...found.filter((one) => one.person !== holder.person)] : found;

/** Identifiers that nobody has: of a new person, or of the one person found where the caller may link; what belonged to the erased is given to nobody else. */
function withUnknown(people: Holder[], unknown: Sought[], mayLink: boolean): Holder[] {
  if (unknown.length === 0) return people;
  const [only, ...others] = people;
  if (!only) return [newPerson(unknown)];
  const free = unknown.filter((one) => !one.erased);
  return mayLink && others.length === 0 && free.length > 0 ? [{ ...only, claims: free.map((one) => claimOf(one, one.identifier)) }] : people;
}
