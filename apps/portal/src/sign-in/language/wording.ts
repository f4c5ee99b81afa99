/** A page that says one thing and shows the way on. */
export interface Plain {
  title: string;
  words: string;
}

interface Letter {
  subject: string;
  hello: string;
  why: string;
  action: string;
  ends: string;
  ignore: string;
}

/** Every sentence about signing in. `{name}` marks what is filled in. */
export interface SignInWords {
  mail: { title: string; field: string; hint: string; button: string; wrong: string };
  sent: { title: string; words: string; again: string; folder: string };
  link: { title: string; words: string; button: string };
  tooMany: Plain;
  used: Plain;
  provider: { title: string; button: string };
  problem: Record<'cancelled' | 'down' | 'unnamed' | 'failed' | 'stale' | 'tooMany', Plain>;
  again: string;
  signedOut: { title: string; words: string; button: string };
  onward: { title: string; words: string; button: string };
  letter: Letter;
  /** To an address that somebody wants to be found by. */
  addressLetter: Letter;
}
