export { confirmationMail, type ConfirmationMail } from './confirmation-mail.js';
export { isRefused, postBy, type OutgoingMail, type Post } from './post.js';
