import { askApi, readSite } from './ask-api.js';
import { announce, choose, currentChoices, keepOnly, may, onChoice } from './choices.js';
import { currentDevice } from './device.js';
import { build, dress } from './draw.js';
import { recall, remember } from './memory.js';
import { flush, isWaiting, onOutcome, onRefused, replace, send, type Refused } from './outbox.js';
import { answersIn, isYes } from './outgoing.js';
import { isFramed, languages, settings } from './settings.js';
import { hasSignal } from './signal.js';
import { count, site, takeSite } from './site.js';
import { trusted } from './trusted.js';

/** What the parts that are loaded on demand may use of what is there already: in a row, since their names would weigh as much as many of them. The parts know them (`core.ts`). */
const given = [askApi, readSite, announce, choose, currentChoices, keepOnly, may, onChoice, recall, remember, currentDevice, build, dress, isWaiting, onOutcome, replace, send, isFramed, languages, settings, hasSignal, site, takeSite, count, trusted] as const;

/** The build puts a name in its place that stands for the content of all files together. */
export const VERSION = '__VERSION__';

/** Then what shows the choices, and the build: parts of another one do not know what stands where. */
export type Given = readonly [...typeof given, () => Promise<void>, string];

/** What a page needs only sometimes: preference centre, sign-up, placeholders, a Google tag, and what the ledger says of a yes, or against one. */
export interface Parts {
  /** Shows the preference centre; resolves when it is closed. */
  ask(): Promise<void>;
  /** Puts a placeholder before each embed that waits, and takes it away from the others. */
  hold(embeds: HTMLElement[]): void;
  /** Loads the Google tag of the settings. */
  tag(): void;
  /** Follows a link to the portal, where that was pressed, with this browser's device. */
  take(event: MouseEvent): void;
  /** Hears from the ledger what ends elsewhere, after asking it what has ended meanwhile. */
  watch(asks?: boolean): Promise<void>;
  /** Says what becomes of a change that the ledger did not take as it was. */
  refused: Refused;
}

/** `tries`: how often it was tried before; a browser does not fetch again what could not be had. */
export type PartsLoader = (tries: number) => Promise<{ install(given: Given): Parts }>;

let loading: Promise<Parts | undefined> | undefined;
/** What was loaded already. */
export let loaded: Parts | undefined;
let load: PartsLoader;
let open: () => Promise<void>;
let tries = 0;

/** What was refused is kept until the part that looks at it is there. Where it cannot be had a yes that the ledger has not taken is none, and is asked again. */
export function loadBy(loader: PartsLoader, opener: () => Promise<void>): void {
  load = loader;
  open = opener;
  onRefused((item, answer) => {
    if (loaded) return loaded.refused(item, answer);
    const taken = answersIn(answer).filter(({ allowed }) => allowed).map(({ purpose }) => purpose);
    const lost = item.body.decisions.filter(isYes).map(({ purpose }) => purpose);
    void loadParts().then((parts) => (parts ? flush() : keepOnly((purpose) => [taken, item.had].flat().includes(purpose) || !lost.includes(purpose), true)));
    return 'kept';
  });
}

/** Loads them once; undefined where they cannot be had now. */
export function loadParts(): Promise<Parts | undefined> {
  return (loading ??= load(tries++)
    .then(({ install }) => (loaded = install([...given, open, VERSION])))
    .catch(() => (loading = undefined)));
}
