/** What the page of held data says, in each of its languages. */
export interface HeldWords {
  title: string;
  lead: string;
  none: string;
  yes: string;
  no: string;
  whole: string;
  bytes: string;
  when: string;
  who: string;
  why: string;
  what: string;
  text: string;
  kind: string;
  value: string;
  purpose: string;
  allowed: string;
  state: string;
  basis: string;
  since: string;
  identifiers: string;
  identifiersLead: string;
  devices: string;
  devicesLead: string;
  device: string;
  purposes: string;
  purposesLead: string;
  history: string;
  historyLead: string;
  evidence: string;
  evidenceLead: string;
  mails: string;
  mailsLead: string;
  mail: string;
  to: string;
  reads: string;
  readsLead: string;
  recipients: string;
  recipientsLead: string;
  rights: string;
  rightsLead: string;
  kinds: Record<string, string>;
  evidenceKinds: Record<string, string>;
  mailKinds: Record<string, string>;
  statuses: Record<string, string>;
  bases: Record<string, string>;
  types: Record<string, string>;
  actors: Record<string, string>;
  /** Who signed in there decided himself, whatever program wrote it down. */
  portal: string;
  /** Systems that read, by the owner of their key; every other by that name. */
  readers: Record<string, string>;
  /** What was read, by the first word of what stands in the trace. */
  readings: Record<string, string>;
  /** `{right}` is the name of the right. */
  asked: string;
  answered: string;
  read: string;
  belongs: string;
  choices: string;
  channels: string;
  topics: string;
  frequency: string;
  language: string;
  /** Until `{day}`. */
  paused: string;
  until: string;
  /** What was chosen, where something stands above it. */
  chosen: string;
  wholePaused: string;
  wholeSilenced: string;
  wholeChannels: string;
  wholeRestricted: string;
  /** `{text}` was shown, by the website's signed word. */
  shownText: string;
  /** The evidence of a name that nobody knows. */
  named: string;
  on: string;
  system: string;
}
