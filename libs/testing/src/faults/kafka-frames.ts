/** Splits a stream into Kafka's frames: a length of four bytes, then as many bytes. */
export class Frames {
  private kept: Buffer[] = [];
  private size = 0;
  private wanted = 4;

  /** Whole frames, their length included; the rest waits for what follows. */
  take(chunk: Buffer): Buffer[] {
    this.kept.push(chunk);
    this.size += chunk.length;
    if (this.size < this.wanted) return [];
    const all = this.kept.length === 1 ? chunk : Buffer.concat(this.kept);
    const frames: Buffer[] = [];
    let at = 0;
    for (;;) {
      this.wanted = all.length - at >= 4 ? 4 + all.readInt32BE(at) : 4;
      if (all.length - at < this.wanted) break;
      frames.push(all.subarray(at, at + this.wanted));
      at += this.wanted;
    }
    const rest = all.subarray(at);
    this.kept = rest.length > 0 ? [rest] : [];
    this.size = rest.length;
    return frames;
  }
}

/** API keys of the protocol that a rule may ask for. */
export const PRODUCE = 0;
export const FETCH = 1;

export interface KafkaRequest {
  api: number;
  version: number;
  correlation: number;
  client: string;
  /** First topic of a Produce request (versions 3 to 8). */
  topic?: string;
}

function text(frame: Buffer, at: number): { value: string; next: number } {
  const length = frame.readInt16BE(at);
  return { value: length < 0 ? '' : frame.toString('utf8', at + 2, at + 2 + length), next: at + 2 + Math.max(0, length) };
}

/** The header of a request (versions 1 and 2), and the topic that it writes to. */
export function readRequest(frame: Buffer): KafkaRequest {
  const [api, version, correlation] = [frame.readInt16BE(4), frame.readInt16BE(6), frame.readInt32BE(8)];
  const { value: client, next } = text(frame, 12);
  const request: KafkaRequest = { api, version, correlation, client };
  if (api !== PRODUCE || version < 3 || version > 8) return request;
  const body = text(frame, next).next + 2 + 4;
  return frame.readInt32BE(body) > 0 ? { ...request, topic: text(frame, body + 4).value } : request;
}

export const correlationOf = (response: Buffer): number => response.readInt32BE(4);
