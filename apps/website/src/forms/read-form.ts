import type { ChoiceField, Field, FilesField, SiteForm, TextField } from './form.js';
import type { SentFields, SentFile } from './read-body.js';

const MB = 1024 * 1024;
const MOST_FILES = 3;
const MOST_BYTES = 10 * MB;

/** The notice that stood at the form when it was filled in. */
export interface ShownNotice {
  version: string;
  snapshot?: string;
}

/** What was typed, so that the same form can be given back with it; files cannot be. */
export interface Typed {
  values: Record<string, string>;
  yes: string[];
  confirmed: boolean;
}

export interface Attachment extends SentFile {
  type: string;
}

export interface ReadForm extends Typed {
  /** What is wrong, by field; empty where all is well. */
  faults: Record<string, string>;
  files: Attachment[];
  /** A random id that came with the page: the same form sent twice is one. */
  id: string;
  notice?: ShownNotice;
}

const ADDRESS = /^[^\s@<>,;:"()[\]\\]+@[^\s@<>,;:"()[\]\\]+\.[^\s@<>,;:"()[\]\\.]{2,}$/;
const PHONE = /^\+?[\d\s()/-]{5,}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const VERSION = /^[0-9A-Za-z][0-9A-Za-z.-]{0,31}$/;
const SNAPSHOT = /^[\w.~-]{1,1024}$/;

const TYPES: [string, number[]][] = [
  ['image/jpeg', [0xff, 0xd8, 0xff]],
  ['image/png', [0x89, 0x50, 0x4e, 0x47]],
  ['application/pdf', [0x25, 0x50, 0x44, 0x46]],
];
/** By content: what a browser calls a file says nothing. */
const typeOf = (bytes: Buffer): string | undefined => TYPES.find(([, start]) => start.every((byte, at) => bytes[at] === byte))?.[0];

const isControl = (character: string): boolean => character < ' ' && character !== '\n' && character !== '\t';

function textFault({ kind, most }: TextField, value: string): string | undefined {
  if (value.length > most) return `Korta texten: högst ${most} tecken.`;
  if ([...value].some(isControl) || (kind !== 'long' && value.includes('\n'))) return 'Texten innehåller tecken som inte går att använda.';
  if (kind === 'email' && !ADDRESS.test(value)) return 'Kontrollera adressen: den ska se ut som anna@example.se.';
  if (kind === 'tel' && !PHONE.test(value)) return 'Kontrollera numret: siffror, mellanslag och ett plus först går bra.';
  return undefined;
}

const choiceFault = ({ options, missing }: ChoiceField, value: string, now: Date): string | undefined =>
  options(now).some((option) => option.value === value) ? undefined : missing;

function filesFault({ unconfirmed }: FilesField, files: SentFile[], confirmed: boolean): string | undefined {
  if (files.length > MOST_FILES) return `Välj högst ${MOST_FILES} filer.`;
  if (files.reduce((sum, { bytes }) => sum + bytes.length, 0) > MOST_BYTES) return 'Filerna är för stora: tillsammans högst 10 MB.';
  if (files.some(({ bytes }) => !typeOf(bytes))) return 'Bara JPEG, PNG och PDF går att bifoga.';
  return files.length > 0 && !confirmed ? unconfirmed : undefined;
}

function faultOf(field: Field, sent: SentFields, now: Date): string | undefined {
  if (field.kind === 'files') return filesFault(field, sent.files(field.name), sent.text('confirmed') === 'yes');
  const value = sent.text(field.name);
  if (value === '') return field.missing;
  return 'options' in field ? choiceFault(field, value, now) : textFault(field, value);
}

function noticeOf(sent: SentFields): ShownNotice | undefined {
  const version = sent.text('notice-version');
  const snapshot = sent.text('notice-snapshot');
  if (!VERSION.test(version)) return undefined;
  return SNAPSHOT.test(snapshot) ? { version, snapshot } : { version };
}

/** Only a short, plain name goes into a mail. */
const tidyName = (name: string): string => name.replace(/[^\p{L}\p{N} ._-]/gu, '_').slice(-80) || 'fil';

/** Checks what a form sent. A choice that the form does not offer is left out: it is no yes to anything. */
export function readForm(form: SiteForm, sent: SentFields, now: Date): ReadForm {
  const faults = form.fields.flatMap((field): [string, string][] => {
    const fault = faultOf(field, sent, now);
    return fault ? [[field.name, fault]] : [];
  });
  const files = form.fields.filter(({ kind }) => kind === 'files').flatMap(({ name }) => sent.files(name));
  const id = sent.text('id');
  return {
    faults: Object.fromEntries(faults),
    values: Object.fromEntries(form.fields.filter(({ kind }) => kind !== 'files').map(({ name }) => [name, sent.text(name).slice(0, 8_000)])),
    yes: form.choices.filter((purpose) => sent.all('yes').includes(purpose)),
    confirmed: sent.text('confirmed') === 'yes',
    files: files.map(({ name, bytes }) => ({ name: tidyName(name), bytes, type: typeOf(bytes) ?? '' })),
    id: UUID.test(id) ? id : crypto.randomUUID(),
    notice: noticeOf(sent),
  };
}
