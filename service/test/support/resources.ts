// What tasks and todos have in common, for tests of what holds for both.

export interface Resource {
  readonly path: string;
  readonly table: string;
  /** A body that makes one, and one that makes another. */
  readonly body: object;
  readonly otherBody: object;
  readonly change: object;
  /** An id that nobody has. */
  readonly unknownId: string;
}

export const TASKS: Resource = {
  path: '/api/tasks',
  table: 'tasks',
  body: { title: 'a' },
  otherBody: { title: 'b' },
  change: { title: 'changed' },
  unknownId: '00000000-0000-4000-8000-000000000000',
};

export const TODOS: Resource = {
  path: '/api/todos',
  table: 'todos',
  body: { description: 'a' },
  otherBody: { description: 'b' },
  change: { description: 'changed' },
  unknownId: '2147483647',
};
