'use strict';
// Runs a scene where a module can be used: on the main thread of a process, and in a worker. The process
// comes first: a crash there is a failed test with a signal, in a worker it is the end of the runner.

/** What the scene gave, which has to be the same in both. */
module.exports = async function everywhere(ctx, file, data = {}) {
  const input = { dir: ctx.dir, ...data };
  const inProcess = await ctx.inProcess(file, { data: input });
  const inWorker = await ctx.inWorker(file, { name: file, data: input });
  ctx.check.same(inWorker, inProcess, 'in a worker as on the main thread');
  return inProcess;
};
