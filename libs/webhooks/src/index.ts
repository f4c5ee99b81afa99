export { cloudEventOf } from './cloud-event.js';
export { addCounts, BUCKETS, readCounts, type Counted, type DeliveryOutcome } from './counts.js';
export { listParked, retryParked, type Parked } from './parked.js';
export { NoAnswer, Poster, type Answer, type PosterOptions } from './post.js';
export { hostOf, Reach } from './reach.js';
export { isSecret, newSecret, signatureHeaders, type SignedMessage } from './sign.js';
export { listWebhooks, removeWebhook, setWebhook, type ListedWebhook, type WebhookTables } from './webhooks.js';
