import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { ApiKey } from '#access';
import { AnswerStands, Reader } from '#ledger';
import { canonicalText } from '#proof';
import { BodyHashKey } from '../system/secrets.js';
import { ProblemError } from './problem.js';

/** What makes a call one that happens once. */
export interface Idempotency {
  scope: string;
  key: string;
  bodyHash: Buffer;
}

const VISIBLE = /^[\x21-\x7e]{1,255}$/;

/** In the description of a route that honours it. */
export const TakesIdempotencyKey = (): MethodDecorator => ApiHeader({ name: 'Idempotency-Key', required: false, description: 'same key and body: the first answer, for the life of the ledger' });

/** One key, one effect: the first answer again, for the life of the ledger; another body under it 422, under way 409. */
@Injectable()
export class FirstAnswers {
  private readonly running = new Set<string>();
  constructor(
    private readonly reader: Reader,
    private readonly hashKey: BodyHashKey,
  ) {}

  /** `content`: all that a repeat must have in common with the first call. */
  of(key: string | undefined, scope: string[], content: unknown): Idempotency | undefined {
    if (key === undefined) return undefined;
    if (!VISIBLE.test(key)) throw new ProblemError(400, 'invalid_idempotency_key', 'an Idempotency-Key has 1 to 255 visible ASCII characters');
    return { scope: scope.join('/'), key, bodyHash: createHmac('sha256', this.hashKey.key).update(canonicalText(content)).digest() };
  }

  /** Of a call whose address says as much as its body. */
  ofCall({ headers, method, url, body }: FastifyRequest, { kind, owner }: ApiKey): Idempotency | undefined {
    const key = headers['idempotency-key'];
    const path = new URL(url, 'http://any').pathname.toLowerCase();
    return this.of(Array.isArray(key) ? key.join() : key, [kind, owner], { method, path, body: body ?? null });
  }

  /**
   * Runs a call that keeps its answer under its key, in the transaction of its effect (`Call.idempotency`), or gives the answer
   * that stands there. What throws leaves the key free.
   */
  async once<T>(idempotency: Idempotency | undefined, run: () => Promise<T>): Promise<T> {
    if (!idempotency) return run();
    const name = `${idempotency.scope}\n${idempotency.key}`;
    if (this.running.has(name)) throw new ProblemError(409, 'idempotency_in_flight', 'a call with this key is under way', {}, 1);
    this.running.add(name);
    try {
      return (await this.first<T>(idempotency)) ?? (await run());
    } catch (error) {
      if (!(error instanceof AnswerStands)) throw error;
      const first = await this.first<T>(idempotency);
      if (first === undefined) throw error;
      return first;
    } finally {
      this.running.delete(name);
    }
  }

  /** Whether a call was answered under this key. */
  async stands(idempotency: Idempotency | undefined): Promise<boolean> {
    return idempotency !== undefined && (await this.reader.answers.load(idempotency)) !== undefined;
  }

  /** The answer that stands under this key. */
  async answer<T>(idempotency: Idempotency | undefined): Promise<T | undefined> {
    return idempotency && this.first<T>(idempotency);
  }

  private async first<T>({ scope, key, bodyHash }: Idempotency): Promise<T | undefined> {
    const first = await this.reader.answers.load({ scope, key });
    if (!first) return undefined;
    if (!first.bodyHash.equals(bodyHash)) throw new ProblemError(422, 'idempotency_key_reused', 'this key was used with another body');
    return JSON.parse(first.answer) as T;
  }
}
