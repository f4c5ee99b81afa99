export { confirmationMail, type ConfirmationMail } from './confirmation-mail.js';
