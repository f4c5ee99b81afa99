import type { Core } from '../core.js';

/**
 * A link to the portal takes this browser's device along, so that a no there counts here: in the body of a POST, so that it stands in no
 * address, history or log. Without a device it is a link like any other.
 */
export function takeAlong({ build, currentDevice }: Core): (event: MouseEvent) => void {
  return (event) => {
    const link = (event.target as Element).closest?.<HTMLAnchorElement>('a[data-samtycke=portal]');
    const { token } = currentDevice() ?? {};
    if (!link || !token) return;
    event.preventDefault();
    const target = event.ctrlKey || event.metaKey || event.shiftKey ? '_blank' : link.target;
    const form = build('form', { method: 'post', action: new URL('/from-website', link.href), target, hidden: true }, build('input', { name: 'device', value: token }));
    document.body.append(form);
    form.submit();
    form.remove();
  };
}
