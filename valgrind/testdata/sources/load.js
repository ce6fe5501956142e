const { Worker, isMainThread } = require('worker_threads');
if (isMainThread) new Worker(__filename).on('exit', (code) => { process.exitCode = code; });
else { const { lose } = require('./addon.node'); for (let i = 0; i < 5; i++) lose(); }
