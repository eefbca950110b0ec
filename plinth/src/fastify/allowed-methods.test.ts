import { describe, expect, it } from 'vitest';
import { createMethodTable } from './allowed-methods.js';

const table = createMethodTable();
table.add({ method: ['GET', 'HEAD'], url: '/api/tasks' });
table.add({ method: 'POST', url: '/api/tasks' });
table.add({ method: 'DELETE', url: '/api/tasks/:id' });
table.add({ method: 'PATCH', url: '/api/tasks/:id(^\\d+$)' });
table.add({ method: 'GET', url: '/files/*' });
table.add({ method: 'GET', url: '/a.b' });
table.add({ method: 'OPTIONS', url: '*' });

describe('methodsOf', () => {
  it.each([
    ['/api/tasks', ['GET', 'HEAD', 'OPTIONS', 'POST']],
    ['/api/tasks/7', ['DELETE', 'OPTIONS', 'PATCH']],
    ['/api/tasks/7/more', []],
    ['/api/tasks/', []],
    ['/files/a/b.txt', ['GET', 'OPTIONS']],
    ['/a.b', ['GET', 'OPTIONS']],
    ['/aXb', []],
    ['/nothing', []],
  ])('%s takes %j', (path, methods) => {
    expect(table.methodsOf(path)).toEqual(methods);
  });
});
