import type { Given } from './load-parts.js';

/** What the parts use of what is there already, by its names: in the order in which it is given. */
export const named = ([
  askApi, readSite, announce, choose, currentChoices, keepOnly, may, onChoice, recall, remember, currentDevice, build, dress,
  isWaiting, onOutcome, replace, send, isFramed, languages, settings, hasSignal, site, takeSite, count, trusted, open, version,
]: Given) => ({
  askApi, readSite, announce, choose, currentChoices, keepOnly, may, onChoice, recall, remember, currentDevice, build, dress,
  isWaiting, onOutcome, replace, send, isFramed, languages, settings, hasSignal, site, takeSite, count, trusted, open, version,
});

export type Core = ReturnType<typeof named>;
