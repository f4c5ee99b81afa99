import type { ConsentState, Decision, Purpose } from '../ledger/ledger-types.js';

/** What somebody pressed. */
export interface Press {
  purpose: string;
  turn: 'on' | 'off';
  channel?: string;
  partner?: string;
}

/** The purpose cannot be switched that way. */
export class NotSwitchable extends Error {}

const withOne = (list: string[] | undefined, one: string): string[] => [...new Set([...(list ?? []), one])].sort();

/** A grant's lists are complete: what holds already, and what was pressed. */
function grant(purpose: Purpose, { channel, partner }: Press, state: ConsentState | undefined): Decision {
  const decision: Decision = { purpose: purpose.id, decision: 'grant' };
  if (purpose.channels) decision.channels = channel ? withOne(state?.channels, channel) : [...purpose.channels];
  if (purpose.partners) {
    const partners = partner ? withOne(state?.partners, partner) : (state?.partners ?? []);
    if (partners.length === 0) throw new NotSwitchable('a partner must be named');
    decision.partners = partners;
  }
  return decision;
}

function withdraw({ id }: Purpose, { channel, partner }: Press): Decision {
  return { purpose: id, decision: 'withdraw', ...(channel && { channels: [channel] }), ...(partner && { partners: [partner] }) };
}

/** For a device's purpose a person can say no, for all his devices; a yes is given on the device. */
function forConsent(purpose: Purpose, press: Press, state: ConsentState | undefined): Decision {
  if (purpose.holder === 'device') {
    if (press.turn === 'on') throw new NotSwitchable('a yes is given on the device');
    return { purpose: purpose.id, decision: 'refuse' };
  }
  return press.turn === 'on' ? grant(purpose, press, state) : withdraw(purpose, press);
}

/**
 * The decision behind a press on a switch. `state` is what holds now; a "no" never depends on it, so that it can be said
 * while nobody knows the state. Throws `NotSwitchable`.
 */
export function planChange(purpose: Purpose, press: Press, state: ConsentState | undefined): Decision {
  if (purpose.choice === 'told') throw new NotSwitchable('this purpose is only told');
  if (purpose.choice === 'object-lift') return { purpose: purpose.id, decision: press.turn === 'on' ? 'lift' : 'object' };
  return forConsent(purpose, press, state);
}
