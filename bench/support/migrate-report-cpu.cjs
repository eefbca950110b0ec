// Loaded before a program: at its end it tells on standard error how much processor time it took.

process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  require('node:fs').writeSync(2, `plinth-bench-cpu=${(user + system) / 1000}\n`);
});
