import { errorList } from '@/http/errors';

export const appealError = errorList({
  OWN_DECISION: [403, 'You made this decision, so another member of staff must look at the appeal.'],
  DECISION_NOT_FOUND: [404, 'This decision does not exist.'],
  APPEAL_NOT_FOUND: [404, 'This appeal does not exist.'],
  DECISION_REVERSED: [409, 'This decision was already reversed, so you do not need to appeal it.'],
  DECISION_NOT_APPEALABLE: [409, 'This decision cannot be appealed. Contact support if you have questions about it.'],
  APPEAL_TOO_LATE: [409, 'The time to appeal this decision is over. Contact support if you have questions about it.'],
  APPEAL_EXISTS: [409, 'You have already appealed this decision. Read the answer with GET /appeals/my.'],
  APPEAL_DECIDED: [409, 'Someone already decided this appeal. Reload to see the answer.'],
  APPEAL_CHANGED: [409, 'This appeal, or what it is about, was just changed. Reload and try again.'],
});
