import { askApi, openStream, readSite } from './ask-api.js';
import { announce, choose, currentChoices, may, onChoice } from './choices.js';
import { currentDevice } from './device.js';
import { build, dress } from './draw.js';
import { recall, remember } from './memory.js';
import { flush, isWaiting, onOutcome, onRefused, replace, send, type Refused } from './outbox.js';
import { isFramed, languages, settings } from './settings.js';
import { hasSignal } from './signal.js';
import { count, loadSite, site } from './site.js';
import { trusted } from './trusted.js';

/** What the parts that are loaded on demand may use of what is there already. */
export const core = { askApi, openStream, readSite, announce, choose, currentChoices, may, onChoice, recall, remember, currentDevice, build, dress, isWaiting, onOutcome, replace, send, isFramed, languages, settings, hasSignal, site, loadSite, count, trusted, open: async (): Promise<void> => undefined };

export type Core = typeof core;

/** What a page needs only sometimes: preference centre, sign-up, placeholders, a Google tag, and what the ledger says of a yes, or against one. */
export interface Parts {
  /** Shows the preference centre; resolves when it is closed. */
  ask(): Promise<void>;
  /** Puts a placeholder before each embed that waits, and takes it away from the others. */
  hold(embeds: HTMLElement[]): void;
  /** Loads the Google tag of the settings. */
  tag(): void;
  /** Follows a link to the portal with this browser's device. */
  take(event: MouseEvent, link: HTMLAnchorElement, token: string): void;
  /** Hears from the ledger what ends elsewhere, after asking it what has ended meanwhile. */
  watch(asks?: boolean): Promise<void>;
  /** Says what becomes of a change that the ledger did not take as it was. */
  refused: Refused;
}

export type PartsLoader = () => Promise<{ install(core: Core): Parts }>;

let loading: Promise<Parts | undefined> | undefined;
let loaded: Parts | undefined;
let load: PartsLoader;

/** What was refused is kept until the part that looks at it is there. */
export function loadBy(loader: PartsLoader): void {
  load = loader;
  onRefused((item, answer) => {
    if (loaded) return loaded.refused(item, answer);
    void loadParts().then((parts) => parts && flush());
    return 'kept';
  });
}

/** Loads them once; undefined where they cannot be had now. */
export function loadParts(): Promise<Parts | undefined> {
  loading ??= load().then(
    ({ install }) => (loaded = install(core)),
    () => (loading = undefined),
  );
  return loading;
}
