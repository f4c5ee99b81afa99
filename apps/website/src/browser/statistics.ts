import type { Samtycke } from '#web';
import { settings } from './settings.js';

let counted = false;

/** Counts this page view once, and only while statistics is granted and the ledger knows it. */
function countView({ may, device, change }: Samtycke): void {
  if (counted || !device || !may('statistics') || !change.recorded) return;
  counted = true;
  const view = { device: device.device, path: location.pathname, title: document.title };
  void fetch(`${settings.analyticsUrl}/collect`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(view),
    credentials: 'omit',
    keepalive: true,
  }).catch(() => {
    counted = false;
  });
}

/** Page views are sent from here on, and stop the moment the choice is taken back. */
export function watchViews(samtycke: Samtycke): void {
  samtycke.on(() => {
    if (!samtycke.may('statistics')) counted = false;
    countView(samtycke);
  });
  countView(samtycke);
}
