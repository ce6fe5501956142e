/** What a worker told before it ended; an error of its own, or a silent end, rejects. */
export function outcome(worker) {
  return new Promise((settle, reject) => {
    let told;
    worker.on('message', (message) => {
      told = message;
    });
    worker.on('error', reject);
    worker.on('exit', (code) => {
      if (code === 0 && told !== undefined) settle(told);
      else reject(new Error(`a worker ended with exit code ${code}`));
    });
  });
}
