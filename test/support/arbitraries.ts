import fc from 'fast-check';

/** `usual` most of the time, `unusual` once in `times`. */
export const rarely = <A, B>(times: number, unusual: fc.Arbitrary<B>, usual: fc.Arbitrary<A>): fc.Arbitrary<A | B> =>
  fc.oneof({ weight: times - 1, arbitrary: usual }, { weight: 1, arbitrary: unusual });
