import type { Notice } from './notice.js';
import type { NoticeName, Purpose } from './purpose.js';

/** One controller, or (with `joint`) a named set of controllers that answer together. */
export interface Controller {
  id: string;
  name: string;
  address?: { street: string; postalCode: string; city: string; country: string };
  email: string;
  /** E.164. */
  phone?: string;
  joint?: string[];
}

/** A document that notices are based on; `note` says in each language in what relation they stand to it. */
export interface Source {
  id: string;
  document: string;
  version: string;
  date: string;
  language: string;
  /** To whom the document applies, in codes. */
  reach?: string[];
  note: Record<string, string>;
}

export interface Authority {
  id: string;
  country: string;
  name: string;
  role: 'data-protection' | 'electronic-communications' | 'consumer';
  website: string;
}

/** A situation in which a person meets the controller and data is collected. */
export interface Context {
  id: string;
  covers: string[];
}

export interface Category {
  id: string;
  /** Given by the person, or collected automatically. */
  origin: 'given' | 'automatic';
  holds: string[];
}

export interface Partner {
  id: string;
  name: string;
  country?: string;
  website?: string;
}

/** Who gets data, and on what condition. */
export interface Recipient {
  id: string;
  kinds: string[];
  conditions: string[];
}

export interface Right {
  id: string;
  article?: string;
  form?: string;
  time?: string;
  covers?: string[];
  exceptions?: string[];
  contact?: string;
  authorities?: string[];
  /** `law` where the sources do not name the right, but the law gives it. */
  addedBy?: 'law';
}

/** What the person or the controller answers for, and what follows from it. */
export interface Duty {
  id: string;
  of: 'person' | 'controller';
  covers: string[];
  confirmedAt?: string[];
}

/** What a person can choose within a purpose without it being another consent. */
export interface PreferenceChoices {
  topics: string[];
  frequencies: string[];
}

/** Texts by id, then by locale. */
export type Texts<Text> = Record<string, Record<string, Text>>;
export interface TitleText {
  title: string;
}
export interface SummaryText extends TitleText {
  summary: string;
}
/** `field` is the short notice that stands beside a form's field. */
export interface FieldText extends TitleText {
  field: string;
}

export interface CatalogueTexts {
  purposes: Texts<SummaryText>;
  contexts: Texts<FieldText>;
  rights: Texts<SummaryText>;
  categories: Texts<TitleText>;
  recipients: Texts<TitleText>;
  duties: Texts<TitleText>;
  relations: Texts<TitleText>;
  channels: Texts<TitleText>;
  retention: Texts<TitleText>;
  topics: Texts<TitleText>;
  frequencies: Texts<TitleText>;
}

/** What a catalogue states as such; purposes, texts and notices come beside it. */
export interface CatalogueFacts {
  format: 1;
  id: string;
  /** The languages of every text; the first is the main one. */
  locales: string[];
  controllers: Controller[];
  sources: Source[];
  authorities: Authority[];
  contexts: Context[];
  /** What a person can be to the controller. */
  relations: string[];
  categories: Category[];
  channels: string[];
  /** Partners that a person can say yes to by name. */
  partners: Partner[];
  recipients: Recipient[];
  transfers: { outsideCountryOfFirstStorage: boolean; safeguards: string[] };
  rights: Right[];
  duties: Duty[];
  retention: string[];
  /** By purpose id. */
  preferences: Record<string, PreferenceChoices>;
}

/** One user's whole catalogue, as plain data that names no ledger. */
export interface Catalogue extends CatalogueFacts {
  purposes: Purpose[];
  /** By purpose id: the notice that explains it unless another one is shown. */
  defaultNotices: Record<string, NoticeName>;
  /** By purpose id; a purpose that is not named is active. A state is no part of a purpose's meaning, so not of its hash. */
  purposeStates?: Record<string, 'draft' | 'archived'>;
  /** Versions under which nobody can consent any more; their texts are the ledger's to keep. */
  archivedNotices?: NoticeName[];
  texts: CatalogueTexts;
  notices: Notice[];
}
