import { errorList } from '@/http/errors';

export const creatorError = errorList({
  OWN_APPLICATION: [403, 'You cannot decide on your own application. Ask other staff to do it.'],
  APPLICANT_OUT_OF_REACH: [403, 'You can only decide on users below your rank and in your country.'],
  APPLICATION_NOT_FOUND: [404, 'This application does not exist.'],
  CREATOR_NOT_FOUND: [404, 'This creator does not exist.'],
  APPLICATION_EXISTS: [409, 'You have already applied. Change your application with PUT /creator/application.'],
  APPLICANT_BANNED: [409, 'This user is banned or suspended. You can decide once their account is active again.'],
  APPLICATION_DECIDED: [409, 'This application has already been decided. Reload to see its status.'],
  APPLICATION_CHANGED: [409, 'This application was just changed or decided. Reload and try again.'],
  DOCUMENT_MISSING: [409, 'The applicant has not uploaded an identity document yet.'],
});
