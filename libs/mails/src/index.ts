export { confirmationMail, type ConfirmationMail, type MailSubject } from './confirmation-mail.js';
export { dkimRecord, readDkim, type DkimRecord, type DkimSigning } from './dkim.js';
export { postBy, type OutgoingMail, type Post } from './post.js';
export { readPublicUrl } from './public-url.js';
export { rightMail, type RightAsked } from './right-mail.js';
export { failureOf, isOfServer, isRefused, smtp, type Failure, type Smtp, type SmtpOptions } from './smtp.js';
