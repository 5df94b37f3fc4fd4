import { errorList } from '@/http/errors';

export const performerError = errorList({
  PERFORMER_NOT_FOUND: [404, 'This performer does not exist, or you cannot see them.'],
  STAGE_NAMES_MISSING: [409, 'Choose a stage name and a stage handle first. Then turn on anonymous mode.'],
  STAGE_NAME_NEEDED: [
    409,
    'Your stage identity needs a stage name. Turn off anonymous mode first, or choose another name.',
  ],
  STAGE_HANDLE_TAKEN: [409, 'This handle is taken. Choose another one.'],
  CONFIRM_BLOCK: [
    409,
    'This hides you from people who follow you or subscribe to you. Send it again with `confirm: true` to go on.',
  ],
});
