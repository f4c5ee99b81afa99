export { confirmationMail, type ConfirmationMail } from './confirmation-mail.js';
export { dkimRecord, readDkim, type DkimRecord, type DkimSigning } from './dkim.js';
export { isRefused, postBy, type OutgoingMail, type Post } from './post.js';
