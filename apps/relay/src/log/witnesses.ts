import type { Logger } from 'pino';
import type { LogFolder } from '#log-folder';
import { COSIGNATURE, cosignedAt, MerkleTree, nodesInTiles, parseCheckpoint, parseNote, parseVerifier, signaturesOf, toBase64, type Verifier } from '#proof';
import { checkEd25519, sha256 } from '#vault';
import { demandTile } from './growing-log.js';

/** Somebody outside who signs that he saw a checkpoint, and that it continues the one he saw before (C2SP tlog-witness). */
export interface Witness {
  verifier: Verifier;
  /** Submission prefix: `/add-checkpoint` is put behind it. */
  url: string;
}

const PATIENCE_MS = 5_000;
const MOST_BYTES = 16_384;

/** Witnesses as `LOG_WITNESSES` writes them: `<verifier key> <address>`, several by commas or on lines. Throws an Error that names what is wrong. */
export function readWitnesses(text: string | undefined): Witness[] {
  const lines = (text ?? '').split(/[,\n]/).map((line) => line.trim()).filter((line) => line !== '');
  return lines.map((line) => {
    const [key = '', url = '', ...more] = line.split(/\s+/);
    if (more.length > 0 || !URL.canParse(url) || !/^https?:/.test(url)) throw new Error(`LOG_WITNESSES: write <verifier key> <http address>, not ${line}`);
    const verifier = parseVerifier(sha256, key);
    if (verifier.type !== COSIGNATURE) throw new Error(`LOG_WITNESSES: ${verifier.name} is no key of a cosigner`);
    return { verifier, url: url.replace(/\/+$/, '') };
  });
}

/** The witness says that it saw a larger log than ours: ours was cut or is shown in two forms. */
export class WitnessAhead extends Error {}

interface Answer {
  status: number;
  type: string;
  text: string;
}

async function post(url: string, body: string): Promise<Answer> {
  const response = await fetch(`${url}/add-checkpoint`, { method: 'POST', body, redirect: 'error', signal: AbortSignal.timeout(PATIENCE_MS) });
  return { status: response.status, type: response.headers.get('content-type') ?? '', text: await shortText(response) };
}

/** The answer's text; an answer that is too long is not read to its end. */
async function shortText({ body }: Response): Promise<string> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of body ?? []) {
    pieces.push(piece);
    length += piece.length;
    if (length > MOST_BYTES) throw new Error('an answer too long');
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** One witness, and the size that it saw last, as far as is known. */
export class WitnessClient {
  private seen = 0;
  private failing = false;

  constructor(
    readonly witness: Witness,
    private readonly folder: LogFolder,
    private readonly log: Logger,
  ) {}

  /** Its signature lines over this note; none where it cannot be reached, refuses, or its signature is not true: that is told once in a row. */
  async cosign(note: string): Promise<string> {
    const { name } = this.witness.verifier;
    try {
      const lines = await this.ask(note);
      if (this.failing) this.log.info({ witness: name }, 'the witness cosigns again');
      this.failing = false;
      return lines;
    } catch (error) {
      const reason = (error as Error).message;
      if (error instanceof WitnessAhead) this.log.error({ witness: name, reason }, 'a witness has seen more of the log than there is');
      else if (!this.failing) this.log.warn({ witness: name, reason }, 'a witness does not cosign; checkpoints go out without it');
      this.failing = true;
      return '';
    }
  }

  private async ask(note: string): Promise<string> {
    const { size } = parseCheckpoint(parseNote(note).text);
    let answer = await post(this.witness.url, await this.requestFor(note, size));
    if (answer.status === 409 && answer.type.startsWith('text/x.tlog.size')) {
      const seen = Number(answer.text.trim());
      if (!(Number.isSafeInteger(seen) && seen >= 0)) throw new Error('it names no size');
      if (seen > size) throw new WitnessAhead(`it saw ${seen} events, this checkpoint has ${size}`);
      this.seen = seen;
      answer = await post(this.witness.url, await this.requestFor(note, size));
    }
    if (answer.status !== 200) throw new Error(`it answered ${answer.status}`);
    this.seen = size;
    return this.trueLines(note, answer.text);
  }

  /** The size that it saw, the proof that the log only grew since, and the checkpoint. */
  private async requestFor(note: string, size: number): Promise<string> {
    const tree = new MerkleTree(sha256, nodesInTiles(sha256, size, (tile) => demandTile(this.folder, tile)));
    const proof = this.seen > 0 && this.seen < size ? await tree.consistency(this.seen, size) : [];
    return `old ${this.seen}\n${proof.map((hash) => `${toBase64(hash)}\n`).join('')}\n${note}`;
  }

  private trueLines(note: string, answer: string): string {
    const { verifier } = this.witness;
    const lines = answer.split('\n').filter((line) => line.startsWith(`— ${verifier.name} `)).map((line) => `${line}\n`).join('');
    const cosigned = parseNote(`${note}${lines}`);
    if (signaturesOf(cosigned, verifier).length === 0 || cosignedAt(cosigned, verifier, checkEd25519) === undefined) throw new Error('its signature is not true');
    return lines;
  }
}
