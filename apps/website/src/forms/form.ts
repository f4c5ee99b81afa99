export interface Option {
  value: string;
  label: string;
}

interface FieldBase {
  name: string;
  label: string;
  /** What is said at the field while nothing is wrong. */
  hint?: string;
  /** What is said when it is left empty; without it the field is voluntary. */
  missing?: string;
  /** The most characters of a text. */
  most?: number;
}

export interface TextField extends FieldBase {
  kind: 'text' | 'email' | 'tel' | 'long';
  most: number;
  autocomplete?: string;
}

export interface ChoiceField extends FieldBase {
  kind: 'select' | 'radio';
  missing: string;
  /** What can be chosen on that day. */
  options(now: Date): Option[];
}

export interface FilesField extends FieldBase {
  kind: 'files';
  /** What has to be confirmed as soon as a file is there, and what is said where it is not. */
  confirm: string;
  unconfirmed: string;
}

export type Field = TextField | ChoiceField | FilesField;

/** One form of the site: what it asks, why, and what one may say yes to beside it. */
export interface SiteForm {
  id: string;
  /** Where it stands, and where it is posted to. */
  path: string;
  /** The collection context, and the notice of the same name. */
  context: string;
  /** The collection point, as it stands in the events. */
  point: string;
  title: string;
  send: string;
  /** How long what is sent is kept, and where. */
  kept: string;
  fields: Field[];
  /** Purposes that can be said yes to; nothing of the form's own purpose hangs on them. */
  choices: string[];
  /** Subject of the mail to the company; nothing personal. */
  subject: string;
  thanks: { title: string; text: string };
}
