/** A payment event that we understand and must not apply. Its message tells staff why. */
export class HeldForStaff extends Error {
  override name = 'HeldForStaff';
}
