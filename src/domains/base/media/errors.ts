import { budgetError } from '@/domains/base/budgets/errors';
import { errorList, httpError } from '@/http/errors';

export const fileError = errorList({
  UPLOAD_MALFORMED: [400, 'The body is not a well-formed multipart form. Check it and send it again.'],
  UPLOAD_FOR_DJS: [403, 'Only creators who were approved as DJs can upload files of this kind.'],
  UPLOAD_FOR_CREATORS: [403, 'Only approved creators can upload files of this kind.'],
  FILE_NOT_FOUND: [404, 'This file does not exist, or the link to it has expired.'],
  UPLOAD_NOT_FOUND: [404, 'You have no upload with this id, or it has expired. Start a new one.'],
  UPLOAD_CONFLICT: [409, 'Something else changed while the file was being sent. Try again.'],
  UPLOAD_INCOMPLETE: [409, 'The file has not been sent yet. Send it, then try again.'],
  UPLOAD_USED: [409, 'This upload has already been used. Start a new one.'],
  TOO_MANY_UPLOADS: [409, 'You have too many unused uploads. Use or delete some, or wait until they expire.'],
  FILE_TOO_LARGE: [413, 'This file is too large. Choose a smaller one.'],
  FILE_TYPE_NOT_ALLOWED: [415, 'Files of this type are not accepted here. Choose another file.'],
  RANGE_NOT_SATISFIABLE: [416, 'The file does not have this range. Ask for one range inside the file.'],
  FILE_UNREADABLE: [422, 'This file is empty, incomplete or damaged. Choose another one.'],
  UPLOAD_PARTS_DIFFER: [
    422,
    'The parts do not match what was sent. Name each part once with its ETag, and send missing parts again.',
  ],
  UPLOAD_SIZE_DIFFERS: [422, 'The file does not have the announced size. Start a new upload with its real size.'],
  MEDIA_STORE_UNAVAILABLE: [503, 'The media store is not answering. Nothing was changed; try again in a moment.'],
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
