import { errorList } from '@/http/errors';

export const creatorError = errorList({
  OWN_APPLICATION: [403, 'Nobody decides on their own application.'],
  APPLICANT_OUT_OF_REACH: [403, 'You decide on nobody of an equal or higher rank, nor outside your country.'],
  APPLICATION_NOT_FOUND: [404, 'There is no such application.'],
  CREATOR_NOT_FOUND: [404, 'There is no such creator.'],
  APPLICATION_EXISTS: [409, 'You have applied already. Amend your application by PUT /creator/application.'],
  APPLICATION_DECIDED: [409, 'The application has been decided already.'],
  APPLICATION_CHANGED: [409, 'The application was decided or changed at the same time. Look at it again.'],
  DOCUMENT_MISSING: [409, 'The applicant has not uploaded an identity document yet.'],
});
