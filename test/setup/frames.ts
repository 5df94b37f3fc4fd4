/** A frame that differs from the reference fails the test that received it. */
import { afterEach, expect } from 'vitest';
import { takeFrameProblems } from '#test/support/frames';

afterEach(() => {
  expect(takeFrameProblems()).toEqual([]);
});
