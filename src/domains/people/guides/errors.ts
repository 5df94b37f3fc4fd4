import { errorList } from '@/http/errors';

export const guideError = errorList({
  GUIDE_NOT_ELIGIBLE: [403, 'You cannot apply to be a guide yet. The details name what is missing.'],
  OWN_GUIDE_APPLICATION: [403, 'You cannot decide on your own application. Ask other staff to do it.'],
  GUIDE_APPLICANT_OUT_OF_REACH: [403, 'You can only decide on users below your rank and in your country.'],
  GUIDE_APPLICATION_NOT_FOUND: [404, 'This application does not exist.'],
  GUIDE_APPLICATION_EXISTS: [409, 'You have already applied. GET /guide/application/applications/my shows the status.'],
  GUIDE_APPLICATION_TOO_EARLY: [
    409,
    'Your last application was rejected recently. The details say when you can apply.',
  ],
  GUIDE_APPLICANT_BANNED: [409, 'This user is banned or suspended. You can decide once their account is active again.'],
  GUIDE_APPLICATION_DECIDED: [409, 'This is not possible in the application’s current status. Reload to see it.'],
});
