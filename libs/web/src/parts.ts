import { named } from './core.js';
import type { Given, Parts } from './load-parts.js';
import { elsewhere } from './parts/elsewhere.js';
import { googleTag } from './parts/google-tag.js';
import { placeholders } from './parts/placeholder.js';
import { preferences } from './parts/preferences.js';
import { refused } from './parts/refused.js';
import { subscribe } from './parts/subscribe.js';
import { takeAlong } from './parts/take-along.js';
import { tellBuilder } from './parts/tell-builder.js';

/** See `load-parts.ts`, which is not brought along. */
const VERSION = '__VERSION__';

/** Brings the parts that a page needs only sometimes to what is there already. */
export function install(given: Given): Parts {
  const core = named(given);
  if (core.version !== VERSION) throw new Error('samtycke: parts.js is of another version');
  subscribe(core);
  tellBuilder(core);
  return { ask: preferences(core), hold: placeholders(core), tag: googleTag(core), take: takeAlong(core), watch: elsewhere(core), refused: refused(core) };
}
