// Marks a function as a Fastify plugin that works on the instance it is registered on.

/**
 * Fastify gives a plugin a child instance of its own unless the function carries this symbol
 * (Fastify documentation, "Plugins": skip-override).
 */
const SKIP_OVERRIDE = Symbol.for('skip-override');
const DISPLAY_NAME = Symbol.for('fastify.display-name');

/** Returns the function as a plugin whose hooks and decorators reach the whole application. */
export function sharedPlugin<Plugin extends (...values: never[]) => unknown>(
  name: string,
  plugin: Plugin,
): Plugin {
  return Object.assign(plugin, { [SKIP_OVERRIDE]: true, [DISPLAY_NAME]: name });
}
