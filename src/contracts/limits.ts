/**
 * Which budget a request is taken from; without a name reads take from `read`, everything else from `write`. `media`: a
 * page asks once and shows forty pictures. `lookUp` is no endpoint's: see `spendLookUp`.
 */
export type Limit = 'read' | 'write' | 'signIn' | 'media' | 'lookUp';
