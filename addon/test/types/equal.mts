/** Type-level assertions: `const check: Equal<A, B> = true` compiles if the types are the same. */

export type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : { not: [A, B] };

/** True if there is nothing in it; otherwise the compiler names what is. */
export type None<T> = [T] extends [never] ? true : { unexpected: T };

/** True if a value of one type can be passed where the other is expected. */
export type Passes<From, To> = [From] extends [To] ? true : { from: From; to: To };

/** Asserts the exact type of an expression. */
export function type<Expected>() {
  return <Actual,>(_value: Actual, _same: Equal<Actual, Expected>): void => {};
}
