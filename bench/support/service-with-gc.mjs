// The service with one thing more: on a message it collects garbage and answers with its heap.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

process.on('message', () => {
  collect();
  process.send?.({ heapUsed: process.memoryUsage().heapUsed });
});

await import('../../service/dist/main.js');
