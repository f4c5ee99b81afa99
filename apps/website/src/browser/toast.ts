const SHOWN_MS = 6_000;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Says something in passing; screen readers announce it. */
export function showToast(words: string): void {
  const toast = document.getElementById('toast');
  if (!toast) return;
  clearTimeout(timer);
  toast.textContent = words;
  toast.classList.add('shown');
  timer = setTimeout(() => toast.classList.remove('shown'), SHOWN_MS);
}
