import type { ReceiptEvent } from './read-receipt.js';

/** What of the catalogue a receipt names. */
export interface ReceiptCatalogue {
  controllers?: { id: string; name: string; email: string; phone?: string; address?: Record<string, string> }[];
  partners?: { id: string; name: string }[];
  recipients?: { id: string; kinds: string[]; conditions: string[] }[];
  authorities?: { id: string; name: string; country: string; role: string; website: string }[];
  transfers?: { outsideCountryOfFirstStorage: boolean; safeguards: string[] };
  rights?: { id: string; article?: string }[];
  texts?: Record<string, Record<string, Record<string, { title?: string } | undefined> | undefined> | undefined>;
}

export interface ReceiptContext {
  id: string;
  people: string[];
  ledger: string;
  publicUrl: string;
  catalogue: ReceiptCatalogue;
}

type Node = Record<string, unknown>;

const PROFILE = 'https://w3id.org/dpv/schema/dpv-27560';
const CONTEXT = {
  dpv: 'https://w3id.org/dpv#',
  'eu-gdpr': 'https://w3id.org/dpv/legal/eu/gdpr#',
  loc: 'https://w3id.org/dpv/loc#',
  dct: 'http://purl.org/dc/terms/',
  schema: 'https://schema.org/',
  samtycke: 'urn:samtycke:receipt:1:',
};

/** DPV's names for the states of consent. */
const CONSENT_STATUS: Record<string, string> = {
  unknown: 'dpv:ConsentUnknown',
  requested: 'dpv:ConsentRequested',
  given: 'dpv:ConsentGiven',
  renewed: 'dpv:RenewedConsentGiven',
  refused: 'dpv:ConsentRefused',
  withdrawn: 'dpv:ConsentWithdrawn',
  expired: 'dpv:ConsentExpired',
};

const without = (node: Node): Node => Object.fromEntries(Object.entries(node).filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0)));
const strings = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

function named({ texts }: ReceiptCatalogue, group: string, id: string, locale: string): Node {
  const title = texts?.[group]?.[id]?.[locale]?.title;
  return { '@id': `samtycke:${group}:${id}`, ...(title && { 'dct:title': { '@language': locale, '@value': title } }) };
}

function controllerOf({ controllers }: ReceiptCatalogue, id: string | undefined): Node | undefined {
  const found = controllers?.find((one) => one.id === id);
  if (!found) return id === undefined ? undefined : { '@id': `samtycke:controllers:${id}`, '@type': 'dpv:DataController' };
  const { name, email, phone, address } = found;
  return without({ '@id': `samtycke:controllers:${found.id}`, '@type': 'dpv:DataController', 'dpv:hasName': name, 'dpv:hasContact': email, 'schema:telephone': phone, 'dpv:hasAddress': address && Object.values(address).join(', ') });
}

/** For how long, and where: what the controller's policy says of places, which names none. */
function storageOf(meaning: Node, locale: string, catalogue: ReceiptCatalogue): Node[] {
  const { until, longer } = (meaning.retention ?? {}) as { until?: string; longer?: string[] };
  const codes = [...(until === undefined ? [] : [until]), ...strings(longer)];
  const durations = codes.map((code) => ({ '@type': 'dpv:StorageDuration', 'dpv:hasDuration': named(catalogue, 'retention', code, locale) }));
  const { transfers } = catalogue;
  if (!transfers) return durations;
  return [...durations, { '@type': 'dpv:StorageLocation', 'samtycke:outsideCountryOfFirstStorage': transfers.outsideCountryOfFirstStorage, 'samtycke:safeguards': transfers.safeguards }];
}

/** GDPR 7(3), in the language of the record. */
const WITHDRAWAL: Record<string, string> = {
  sv: 'Med länken i varje mejl, i portalen eller genom att kontakta den personuppgiftsansvarige: lika lätt som det gavs, när som helst (GDPR 7.3).',
  da: 'Med linket i hver mail, i portalen eller ved at kontakte den dataansvarlige: lige så let, som det blev givet, og når som helst (GDPR 7.3).',
  en: 'By the link in every mail, in the portal, or by the controller’s contact: as easily as it was given, at any time (GDPR 7(3)).',
};

function processOf({ event, meaning }: ReceiptEvent, locale: string, { catalogue }: ReceiptContext): Node {
  const { channels, partners } = event.after ?? {};
  const recipients = strings(meaning.recipients);
  return without({
    '@type': 'dpv:Process',
    'dpv:hasPurpose': { ...named(catalogue, 'purposes', event.purpose, locale), 'samtycke:definition': event.definition },
    'dpv:hasPersonalData': strings(meaning.categories).map((id) => named(catalogue, 'categories', id, locale)),
    'dpv:hasRecipient': recipients.map((id) => ({ '@type': 'dpv:Recipient', ...named(catalogue, 'recipients', id, locale) })),
    'dpv:hasStorageCondition': storageOf(meaning, locale, catalogue),
    'dpv:hasProcessing': ['dpv:Collect', 'dpv:Store', 'dpv:Use'],
    'dpv:hasDataSource': 'dpv:DataSubject',
    'samtycke:channels': channels,
    'samtycke:partners': partners,
  });
}

/** How long what was decided holds: to a day, or until it is decided otherwise. */
const durationOf = ({ after }: ReceiptEvent['event']): Node =>
  after?.validUntil === undefined ? { '@type': 'dpv:UntilEventDuration', 'samtycke:until': 'decided-otherwise' } : { '@type': 'dpv:UntilTimeDuration', 'dct:valid': after.validUntil };

/** A decision that came late: noted, while another was in force already. */
export const isOnlyNoted = ({ type }: ReceiptEvent['event']): boolean => type === 'decision-recorded';

/** Who decided, how, and when the ledger took it down. */
const takenDown = ({ event }: ReceiptEvent): Node => ({ 'samtycke:recordedAt': event.recordedAt, 'dpv:isIndicatedBy': { 'samtycke:actor': event.actor.kind }, 'samtycke:method': event.capture?.method });

const statusName = ({ after, basis }: ReceiptEvent['event']): string => (basis?.endsWith('A6-1-a') && CONSENT_STATUS[after?.status ?? 'unknown']) || 'dpv:Status';

/** The state in force: that of the decision itself, or of the one beside which a late one was only noted. */
function statusOf(one: ReceiptEvent): Node {
  const { event } = one;
  const { after } = event;
  const when = isOnlyNoted(event) ? { 'dct:date': after?.since } : { 'dct:date': event.occurredAt, ...takenDown(one) };
  return without({ '@type': statusName(event), 'samtycke:status': after?.status, 'samtycke:allowed': after?.allowed, ...when, 'dct:valid': after?.validUntil, 'dpv:hasDuration': durationOf(event), 'samtycke:type': event.type });
}

/** What was decided, where that is not what is in force. */
function recordedDecisionOf(one: ReceiptEvent): Node | undefined {
  const { event } = one;
  if (!isOnlyNoted(event)) return undefined;
  const { channels, partners, validUntil } = event.fact ?? {};
  return without({ 'samtycke:decision': event.decision, 'samtycke:changed': false, 'dct:date': event.occurredAt, ...takenDown(one), 'samtycke:channels': channels, 'samtycke:partners': partners, 'dct:valid': validUntil });
}

function noticeOf({ event, title }: ReceiptEvent, publicUrl: string): Node | undefined {
  const { notice } = event;
  if (!notice) return undefined;
  const { id, version, locale, sha256 } = notice;
  return without({ '@id': `${publicUrl}/v1/notices/${id}?version=${version}&locale=${locale}`, '@type': 'dpv:ConsentNotice', 'dct:title': title, 'dct:hasVersion': version, 'dct:language': locale, 'samtycke:sha256': sha256 });
}

function recordOf(one: ReceiptEvent, context: ReceiptContext): Node {
  const { event, hash, index, meaning } = one;
  const { catalogue, publicUrl, ledger } = context;
  const locale = event.notice?.locale ?? 'sv';
  const countries = strings(meaning.countries).length > 0 ? strings(meaning.countries) : [...new Set(catalogue.authorities?.map(({ country }) => country))];
  return without({
    '@id': `urn:uuid:${event.event}`,
    '@type': 'dpv:ConsentRecord',
    'dct:identifier': event.event,
    'dct:conformsTo': `${PROFILE}#record-eu-gdpr`,
    'dpv:hasDataSubject': { '@id': `urn:uuid:${event.person}`, '@type': 'dpv:DataSubject' },
    'dpv:hasDataController': controllerOf(catalogue, event.controller),
    'dpv:hasJurisdiction': countries.map((country) => `loc:${country}`),
    'dpv:hasApplicableLaw': 'eu-gdpr:GDPR',
    'dpv:hasLegalBasis': event.basis,
    'dpv:hasNotice': noticeOf(one, publicUrl),
    'dct:language': locale,
    'dpv:hasProcess': processOf(one, locale, context),
    'dpv:hasConsentStatus': statusOf(one),
    'samtycke:recordedDecision': recordedDecisionOf(one),
    'dpv:hasRight': (catalogue.rights ?? []).flatMap(({ article }) => article ?? []),
    'dpv:hasAuthority': (catalogue.authorities ?? []).filter(({ role }) => role === 'data-protection').map(({ name, website }) => ({ '@id': website, '@type': 'dpv:DataProtectionAuthority', 'dpv:hasName': name })),
    'samtycke:withdrawal': { '@language': WITHDRAWAL[locale] ? locale : 'en', '@value': WITHDRAWAL[locale] ?? WITHDRAWAL.en },
    'samtycke:leaf': { 'samtycke:ledger': ledger, 'samtycke:leafHash': hash, 'samtycke:logIndex': index, 'samtycke:checkpoint': `${publicUrl}/log/checkpoint` },
  });
}

/**
 * A receipt in JSON-LD, with the Data Privacy Vocabulary's words for ISO/IEC TS 27560: one record for each event of the call.
 * The same events give the same document: `catalogue` is the one of their time. It names nobody but the controller.
 */
export function receiptDocument(events: ReceiptEvent[], context: ReceiptContext): Node {
  const { id, people, publicUrl, catalogue } = context;
  const created = events.map(({ event }) => event.recordedAt).sort().at(-1);
  return without({
    '@context': CONTEXT,
    '@id': `${publicUrl}/v1/receipts/${id}`,
    '@type': 'dpv:ConsentReceipt',
    'dct:identifier': id,
    'dct:conformsTo': `${PROFILE}#receipt-eu-gdpr`,
    'dct:created': created,
    'dct:publisher': controllerOf(catalogue, events[0]?.event.controller),
    'schema:recipient': people.map((person) => ({ '@id': `urn:uuid:${person}`, '@type': 'dpv:DataSubject' })),
    'dpv:hasRecordOfActivity': events.map((one) => recordOf(one, context)),
  });
}
