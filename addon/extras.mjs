// The same module for `import`.
import extras from './extras.cjs';

export const { Database, Statement, interrupt, usage } = extras;
export default extras;
