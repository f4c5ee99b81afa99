/** What the PDF says, in plain English; texts that were shown stand in their own language. */
export const LEAD = 'What one person or device was shown and decided, from a ledger whose events are hashed, chained and logged in public.';

export const SHOWN =
  'Each event below is one link of a chain: it names the hash of the event before it, and stands in a log whose state the keeper has signed. Changing, moving or removing one breaks a hash that others hold. With statement.txt the keeper has also signed that there are no further events of this holder in the log; one that turns up elsewhere proves that false. Verify it with the log’s public key, from a source that you trust: VERIFY.md says how.';

export const DECIDED: Record<string, string> = {
  'consent-granted': 'Consent was given',
  'consent-withdrawn': 'Consent was withdrawn',
  'consent-refused': 'Consent was refused',
  'request-opened': 'Confirmation was asked for',
  'request-closed': 'The request was closed',
  'objection-raised': 'An objection was made',
  'objection-lifted': 'The objection ended',
  'preferences-changed': 'Wishes were changed',
  'decision-recorded': 'A decision was recorded, without effect',
  'processing-restricted': 'Processing was restricted',
  'restriction-lifted': 'The restriction ended',
  'right-requested': 'A right was asked for',
  'right-closed': 'The request for a right was closed',
  'identifiers-changed': 'Addresses were changed',
  'person-linked': 'A device was linked',
  'person-merged': 'The person was merged',
  'person-split': 'The person was split',
  'person-erased': 'The person was erased',
  'catalogue-changed': 'The catalogue of purposes was changed',
  'notice-published': 'A text was published',
  'key-changed': 'The log’s key was changed',
};

export const STATUSES: Record<string, string> = {
  unknown: 'nothing was said',
  requested: 'waits for confirmation',
  given: 'consent given',
  renewed: 'consent renewed',
  refused: 'consent refused',
  withdrawn: 'consent withdrawn',
  expired: 'consent expired',
  objected: 'objected to',
  restricted: 'restricted',
};

export const BASES: Record<string, string> = {
  'eu-gdpr:A6-1-a': 'consent (GDPR 6(1)(a))',
  'eu-gdpr:A6-1-b': 'contract (GDPR 6(1)(b))',
  'eu-gdpr:A6-1-c': 'legal obligation (GDPR 6(1)(c))',
  'eu-gdpr:A6-1-d': 'vital interests (GDPR 6(1)(d))',
  'eu-gdpr:A6-1-f': 'legitimate interest (GDPR 6(1)(f))',
};

export const ACTORS: Record<string, string> = {
  person: 'the person',
  device: 'the device',
  unverified: 'somebody on a website, not verified',
  system: 'a system that vouches for it',
  operator: 'an operator',
  ledger: 'the ledger itself',
};

export const GLOSSARY: Record<string, string> = {
  'Hash of an event': 'SHA-256 over the byte 0 and the event’s bytes in events/. Any change of the event, one letter or one second, gives another hash.',
  prev: 'Each event holds the hash of the same holder’s event before it. So none can be taken out of the middle, added or moved.',
  'Log index': 'Where the event stands in the log of all events. The audit path in inclusion/ leads from its hash to the root that is signed in checkpoint.txt.',
  'Checkpoint': 'The state of the whole log at one moment, signed by its key and, with the time, by the operator’s second key. Others keep checkpoints: a log that was rewritten does not fit theirs.',
  'SHA-256 of a text': 'The text as it was shown has exactly this hash, and the event names it. Another text, or another translation, has another one.',
  definition: 'The hash of what the purpose meant when the decision was made: controller, legal basis, retention, recipients.',
  commitment: 'The hash of 32 random bytes and an item of evidence. It hides the item until it is opened, and then no other item fits.',
  'Statement': 'Signed by the log’s key: the number of events and the last hash of each holder, and the hash of the list of files.',
};
