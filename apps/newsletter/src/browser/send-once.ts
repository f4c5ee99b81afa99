const newId = (): string => {
  const digits = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
};

const contentOf = (form: HTMLFormElement): string => JSON.stringify([...new FormData(form)].filter(([name]) => name !== 'id'));

/**
 * One press sends one issue: the server knows the form again by its id, should it come twice all the same. On a page that the browser kept
 * after an issue was sent, another text is another issue, under an id of its own.
 */
export function sendOnce(): void {
  const form = document.querySelector('form');
  const id = form?.querySelector<HTMLInputElement>('input[name=id]');
  const button = form?.querySelector('button');
  if (!form || !id || !button) return;
  let sent: string | undefined;
  let isKept = false;
  form.addEventListener('submit', () => {
    const content = contentOf(form);
    if (isKept && sent !== undefined && content !== sent) id.value = newId();
    [sent, isKept] = [content, false];
    button.disabled = true;
  });
  addEventListener('pageshow', ({ persisted }) => {
    isKept ||= persisted;
    button.disabled = false;
  });
}
