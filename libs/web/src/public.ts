/** How the script is set up: the `data-…` attributes of its tag, or what `start` is given. */
export interface SamtyckeOptions {
  /** The site key: public, bound to this site's origins and to purposes. */
  siteKey: string;
  /** Base URL of the api; by default where the script was loaded from. */
  api?: string;
  /** A registrable domain, such as `example.se`: its subdomains then share one choice, in a cookie. */
  domain?: string;
  /** The language to speak; by default the page's, then the browser's. */
  lang?: string;
  /** Google Consent Mode: `statistics=analytics_storage; ads=ad_storage,ad_user_data`; `off` for none. */
  consentMode?: string;
  /** A Google tag (`G-…`) that is loaded once a purpose is granted on which `analytics_storage` or an `ad_…` type hangs. */
  googleTag?: string;
  /** Cookies and storage of purposes, removed where there is no yes: `statistics=_pk_* _ga`. */
  cookies?: string;
  /** `off` hides the button that opens the choices: then the page must offer its own (`data-samtycke="open"`). */
  reopen?: string;
  /** The page asked for was requested with `Sec-GPC: 1`. */
  gpc?: boolean;
}

/** What has been chosen in this browser, as the event `samtycke:change` tells it. */
export interface SamtyckeChange {
  /** Purposes that are allowed now. */
  granted: string[];
  /** `none` until something was chosen. */
  by: 'visitor' | 'gpc' | 'none';
  /** `false` while the choice waits for the network. */
  recorded: boolean;
}

/** The id of this browser in the ledger: there is one only while something is granted. */
export interface SamtyckeDevice {
  device: string;
  token: string;
}

export interface Samtycke {
  /** Whether this purpose may be processed for this browser now. Never true before `ready`. */
  may(purpose: string): boolean;
  /** Resolves once it is known what holds here, whether or not the ledger can be reached. Not a sign that anything was chosen. */
  readonly ready: Promise<Samtycke>;
  /** Calls back on every change, in whichever tab it was made, and when the ledger has taken one. Gives what ends it. */
  on(listener: (change: SamtyckeChange) => void): () => void;
  readonly change: SamtyckeChange;
  readonly device: SamtyckeDevice | undefined;
  /** Shows the preference centre. */
  open(): Promise<void>;
  /** A yes to these purposes, from a control of the page. Rejects unless the visitor has just pressed something, and where no notice could be read. */
  grant(...purposes: string[]): Promise<void>;
  /** Takes back the yes to these purposes; without names, to all. Always possible. */
  withdraw(...purposes: string[]): Promise<void>;
}

/** Starts Samtycke on this page, once; called again it gives the same. */
export declare function start(options: SamtyckeOptions): Samtycke;

declare global {
  interface Window {
    samtycke?: Samtycke;
  }
}
