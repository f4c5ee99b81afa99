import type { Counted } from '../wording.js';

/** Sentences about wishes, and about a person's own data and rights. `{name}` marks what is filled in. */
export interface OwnTexts {
  nav: { label: string; choices: string; rights: string };
  wishes: {
    summary: string; of: string; topics: string; allTopics: string; frequency: string; anyFrequency: string; language: string; anyLanguage: string;
    channels: string; unchosen: string; save: string; pause: string; pauseFor: string; resume: string;
  };
  lengths: Record<'week' | 'month' | 'quarter' | 'half', string>;
  now: { label: string; restricted: string; paused: string; silenced: string; unused: string; held: string; narrowed: string };
  whole: { title: string; words: string; paused: string; silenced: string; pause: string; silence: string; silenceWords: string; speak: string; name: string };
  stopped: string;
  page: { title: string; lead: string; notKnown: string };
  requests: { title: string; none: string; open: string; due: string; closed: string; changed: string; asked: string };
  kinds: Record<'access' | 'rectify' | 'restrict' | 'object' | 'erase' | 'complaint', string>;
  outcomes: Record<'given' | 'corrected' | 'restricted' | 'lifted' | 'erased' | 'accepted' | 'stood-already' | 'done' | 'answered' | 'refused' | 'other', string>;
  download: { title: string; words: string; file: string; page: string; fileName: string };
  object: { title: string; words: string; link: string };
  correct: {
    title: string; words: string; link: string; held: string; kind: Record<string, string>; you: string; remove: string; removeOf: string; addTitle: string; addWords: string; field: string;
    replace: string; keep: string; add: string; otherTitle: string; otherWords: string; otherField: string; send: string; proveTitle: string; proveWords: string; proveReplaces: string; prove: string; cancel: string;
    sentTitle: string; sentWords: string; sentCode: string; sentAgain: string; code: string; codeHint: string; codeWrong: string; notMe: string;
    overTitle: string; overWords: string; again: string; keptTitle: string; keptWords: string; addedTitle: string; addedWords: string; addedReplaces: string; byWords: string;
  };
  restrict: { title: string; words: string; field: string; grounds: Record<'a' | 'b' | 'c' | 'd', string>; text: string; button: string; since: string; lift: string; liftWords: string };
  complain: { title: string; words: string; field: string; country: string; anyCountry: string; elsewhere: string; button: string; company: string; authorities: string; authorityWords: string; others: string };
  erase: {
    title: string; words: string; link: string; goTitle: string; go: string; stayTitle: string; stayProof: string; stayMark: string; stayElsewhere: string; stayWhy: string; sure: string; next: string; back: string;
    lastTitle: string; lastWords: string; button: string; never: string; doneTitle: string; doneWords: string; counted: string; addresses: Counted; evidence: Counted; ended: string; soon: string; kept: string; home: string;
  };
  said: Record<'restricted' | 'lifted' | 'complaint' | 'corrected' | 'removed' | 'asked' | 'failed' | 'refused' | 'taken' | 'wrong' | 'last' | 'many', string>;
}
