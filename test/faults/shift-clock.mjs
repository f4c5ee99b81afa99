// Preloaded into a program: its wall clock is off by as many milliseconds as the file CLOCK_FILE says, from the moment that it
// says so. The monotonic clock stays, as it does where an administrator or a bad time server sets a machine's clock.
import { readFileSync } from 'node:fs';

const RealDate = Date;
const LOOK_MS = 20;
let shift = 0;

function look() {
  try {
    shift = Number(readFileSync(process.env.CLOCK_FILE, 'utf8')) || 0;
  } catch {
    shift = 0;
  }
}

look();
setInterval(look, LOOK_MS).unref();

globalThis.Date = class Date extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(RealDate.now() + shift);
    else super(...given);
  }

  static now() {
    return RealDate.now() + shift;
  }
};
