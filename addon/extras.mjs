// The same module for `import`.
import extras from './extras.cjs';

export const { Database, Statement, interrupt } = extras;
export default extras;
