/** Shows the buttons that copy, and says when it is done. */
for (const button of document.querySelectorAll<HTMLButtonElement>('[data-copy]')) {
  const code = button.parentElement?.querySelector('code');
  const words = button.textContent;
  button.hidden = !navigator.clipboard;
  button.setAttribute('aria-live', 'polite');
  button.addEventListener('click', () => {
    void navigator.clipboard.writeText(code?.textContent ?? '').then(
      () => (button.textContent = 'Kopierat'),
      () => (button.textContent = 'Gick inte att kopiera'),
    );
  });
  button.addEventListener('blur', () => (button.textContent = words));
}
