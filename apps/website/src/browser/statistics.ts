import { isGranted, onChoice } from './choices.js';
import { currentDevice } from './device.js';
import { onOutcome } from './outbox.js';
import { settings } from './settings.js';

let counted = false;

/** Counts this page view once, and only while statistics is granted and the ledger knows it. */
function countView(): void {
  const device = currentDevice();
  if (counted || !device || !isGranted('statistics')) return;
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
export function watchViews(): void {
  onOutcome(({ item, result }) => {
    if (item.what === 'cookies' && result === 'sent') countView();
  });
  onChoice(() => {
    if (!isGranted('statistics')) counted = false;
  });
  countView();
}
