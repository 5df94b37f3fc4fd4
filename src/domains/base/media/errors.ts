import { budgetError } from '@/domains/base/budgets/errors';
import { errorList, httpError } from '@/http/errors';

export const fileError = errorList({
  UPLOAD_MALFORMED: [400, 'The body is not a well-formed multipart form.'],
  FILE_NOT_FOUND: [404, 'There is no such file, or the link to it has expired.'],
  UPLOAD_NOT_FOUND: [404, 'There is no such upload of yours, or it has expired.'],
  UPLOAD_CONFLICT: [409, 'Something else changed while the file was on its way. Try again.'],
  UPLOAD_INCOMPLETE: [409, 'The file has not been sent yet.'],
  UPLOAD_USED: [409, 'This upload has been used.'],
  TOO_MANY_UPLOADS: [
    409,
    'You have too many uploads that are not used yet. Use them, give them up, or wait until they expire.',
  ],
  FILE_TOO_LARGE: [413, 'The file is too large.'],
  FILE_TYPE_NOT_ALLOWED: [415, 'Files of this type are not taken here.'],
  RANGE_NOT_SATISFIABLE: [416, 'The file has no such range, or more than one was asked for.'],
  FILE_UNREADABLE: [422, 'The file is empty, cut off or broken.'],
  UPLOAD_PARTS_DIFFER: [
    422,
    'Name each part once, with the ETag that it was answered with; send again what is missing.',
  ],
  UPLOAD_SIZE_DIFFERS: [422, 'The file has another size than was announced.'],
  MEDIA_STORE_UNAVAILABLE: [503, 'The media store does not answer. Nothing was changed; try again in a moment.'],
});

/** For endpoints that take a form with a file. */
export const FORM_REFUSALS = [
  fileError.UPLOAD_MALFORMED,
  httpError.WRONG_CONTENT_TYPE,
  httpError.VALIDATION_FAILED,
  httpError.BODY_TOO_LARGE,
  fileError.FILE_TOO_LARGE,
  fileError.FILE_TYPE_NOT_ALLOWED,
  fileError.FILE_UNREADABLE,
  budgetError.DAILY_BUDGET_SPENT,
  fileError.MEDIA_STORE_UNAVAILABLE,
];
