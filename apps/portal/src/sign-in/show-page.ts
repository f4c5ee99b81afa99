import type { FastifyReply } from 'fastify';
import { layout, type Page } from '../pages/layout.js';

/** Answers with a whole page. */
export function showPage(reply: FastifyReply, page: Page, status = 200): void {
  void reply.status(status).header('content-type', 'text/html; charset=utf-8').send(layout(page).markup);
}
