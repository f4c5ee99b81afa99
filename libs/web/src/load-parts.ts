import { askApi, openStream, readSite } from './ask-api.js';
import { choose, currentChoices, keepOnly, may, onChoice } from './choices.js';
import { currentDevice } from './device.js';
import { build, dress } from './draw.js';
import { recall, remember } from './memory.js';
import { isWaiting, onOutcome, send } from './outbox.js';
import { isFramed, languages, settings } from './settings.js';
import { hasSignal } from './signal.js';
import { count, site } from './site.js';
import { trusted } from './trusted.js';

/** What the parts that are loaded on demand may use of what is there already. */
export const core = { askApi, openStream, readSite, choose, currentChoices, keepOnly, may, onChoice, recall, remember, currentDevice, build, dress, isWaiting, onOutcome, send, isFramed, languages, settings, hasSignal, site, count, trusted, open: async (): Promise<void> => undefined };

export type Core = typeof core;

/** What a page needs only sometimes: preference centre, sign-up, placeholders, a Google tag, and with a yes what the ledger says of it. */
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
}

export type PartsLoader = () => Promise<{ install(core: Core): Parts }>;

let loading: Promise<Parts | undefined> | undefined;
let load: PartsLoader;

export const loadBy = (loader: PartsLoader): void => void (load = loader);

/** Loads them once; undefined where they cannot be had now. */
export function loadParts(): Promise<Parts | undefined> {
  loading ??= load().then(
    ({ install }) => install(core),
    () => (loading = undefined),
  );
  return loading;
}
