import { isZip, unpackPack } from '#pack-file';
import { knownFromPack, parseVerifiers, verifyPack, type KnownEvents } from '#proof';
import { primitives } from './primitives.js';
import { element, showRefusal, showReport } from './show-report.js';

const find = <Kind extends HTMLElement>(id: string): Kind => document.getElementById(id) as Kind;
const result = find<HTMLElement>('result');
const zone = find<HTMLElement>('drop');
const keyField = find<HTMLTextAreaElement>('key');
const missing = find<HTMLElement>('key-missing');
/** A pack that came before the key. */
let waiting: File | undefined;

const valueOf = (id: string): string => find<HTMLTextAreaElement>(id).value.trim();
const bytesOf = async (file: File): Promise<Uint8Array> => new Uint8Array(await file.arrayBuffer());

/** The file in one of the further fields; undefined where none was chosen. */
const chosen = (id: string): File | undefined => find<HTMLInputElement>(id).files?.[0];

async function known(): Promise<KnownEvents[]> {
  const file = chosen('known');
  if (!file) return [];
  const bytes = await bytesOf(file);
  return [isZip(bytes) ? knownFromPack(unpackPack(bytes)) : (JSON.parse(new TextDecoder().decode(bytes)) as KnownEvents)];
}

function show(parts: HTMLElement[]): void {
  result.replaceChildren(...parts);
  result.querySelector('h2')?.focus();
}

/** Says at the field of the key that it is needed first, and keeps the pack for then; without a pack, nothing is missing. */
function waitForKey(file: File | undefined): void {
  waiting = file;
  missing.textContent = file ? `Paste the log’s public key here first, from a source that you trust: it is never taken from the pack. ${file.name} is checked as soon as the key is here.` : '';
  keyField.setAttribute('aria-describedby', file ? 'key-missing key-hint' : 'key-hint');
  if (!file) return keyField.removeAttribute('aria-invalid');
  keyField.setAttribute('aria-invalid', 'true');
  result.replaceChildren();
  keyField.focus();
}

/** Whether the field holds whole keys, and not the beginning of what is still being typed. */
function isKeyThere(): boolean {
  try {
    return parseVerifiers(primitives.sha256, valueOf('key')).length > 0;
  } catch {
    return false;
  }
}

async function check(file: File): Promise<void> {
  const key = valueOf('key');
  if (key === '') return waitForKey(file);
  waitForKey(undefined);
  const kept = chosen('checkpoint');
  result.replaceChildren(element('p', { className: 'busy', children: [`Checking ${file.name} …`] }));
  await new Promise((resolve) => setTimeout(resolve, 20));
  const files = unpackPack(await bytesOf(file));
  const trust = { key, cosigner: valueOf('cosigner') || undefined, followKeyChanges: find<HTMLInputElement>('follow').checked, checkpoints: kept ? [await kept.text()] : [], known: await known() };
  show(showReport(verifyPack(files, trust, primitives), files));
}

const start = (file: File | undefined): void => {
  if (file) void check(file).catch((error: Error) => show(showRefusal(`${error.message}.`)));
};

keyField.addEventListener('input', () => isKeyThere() && start(waiting));
// What was typed and is no key is said once the field is left.
keyField.addEventListener('change', () => valueOf('key') !== '' && start(waiting));
find<HTMLInputElement>('pack').addEventListener('change', ({ target }) => {
  const input = target as HTMLInputElement;
  start(input.files?.[0]);
  input.value = '';
});
for (const name of ['dragenter', 'dragover']) {
  zone.addEventListener(name, (event) => {
    event.preventDefault();
    zone.classList.add('over');
  });
}
for (const name of ['dragleave', 'drop']) zone.addEventListener(name, () => zone.classList.remove('over'));
zone.addEventListener('drop', (event) => {
  event.preventDefault();
  start(event.dataTransfer?.files[0]);
});
// A file that is dropped beside the zone must not take the page's place.
for (const name of ['dragover', 'drop']) window.addEventListener(name, (event) => event.preventDefault());
document.documentElement.classList.add('ready');
