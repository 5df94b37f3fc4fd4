import { errorList } from '@/http/errors';

export const faqError = errorList({
  FAQ_NOT_FOUND: [404, 'This FAQ does not exist.'],
  FAQS_FULL: [409, 'There are as many FAQs as the platform can hold. Delete one first.'],
});
