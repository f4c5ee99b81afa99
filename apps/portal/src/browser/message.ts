const line = document.getElementById('message');

/** Says what happened; screen readers announce it. */
export function say(words: string, mood: 'good' | 'bad' = 'good'): void {
  if (!line) return;
  line.textContent = words;
  line.dataset.mood = mood;
}

/** A sentence that the page brought along, with the title of a purpose in it. */
export const sentence = (name: 'elsewhere' | 'saved' | 'failed' | 'changed', title = ''): string => (line?.dataset[name] ?? '').replace('{title}', () => title);
