import { testApi, type TestApi } from './api.js';
import { followedBy } from './follow.js';
import { mailbox, type Mailbox } from './mailbox.js';

/** An api with the worker's mails and its registers; a call says in `X-Forwarded-For` from where it comes. */
export interface MailWorld {
  api: TestApi;
  mails: Mailbox;
  worker: ReturnType<typeof followedBy>;
  close(): Promise<void>;
}

export async function mailWorld(): Promise<MailWorld> {
  process.env.TRUST_PROXY = '127.0.0.1';
  const api = await testApi();
  const mails = mailbox(api);
  const worker = followedBy(api);
  return {
    api,
    mails,
    worker,
    async close() {
      delete process.env.TRUST_PROXY;
      await worker.close();
      await mails.close();
      await api.close();
    },
  };
}
