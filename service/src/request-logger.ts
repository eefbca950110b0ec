// The logger of one request, made when it writes its first line: where only warnings are logged,
// most requests write none, and a logger that takes secrets out is not made for nothing.

import type { FastifyBaseLogger } from 'fastify';

type ChildArguments = Parameters<FastifyBaseLogger['child']>;

/** From the least urgent; a logger writes those from its own on. */
const LEVELS: readonly string[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/** For Fastify's `childLoggerFactory`. */
export function deferLogger(
  parent: FastifyBaseLogger,
  bindings: ChildArguments[0],
  options: NonNullable<ChildArguments[1]>,
): FastifyBaseLogger {
  return new RequestLogger(parent, bindings, options);
}

class RequestLogger implements FastifyBaseLogger {
  readonly #parent: FastifyBaseLogger;
  readonly #bindings: ChildArguments[0];
  readonly #options: NonNullable<ChildArguments[1]>;
  #made: FastifyBaseLogger | undefined;

  constructor(
    parent: FastifyBaseLogger,
    bindings: ChildArguments[0],
    options: NonNullable<ChildArguments[1]>,
  ) {
    this.#parent = parent;
    this.#bindings = bindings;
    this.#options = options;
  }

  get level(): string {
    return this.#made?.level ?? this.#options.level ?? this.#parent.level;
  }

  set level(level: string) {
    this.#make().level = level;
  }

  trace(...line: unknown[]): void {
    this.#write('trace', line);
  }

  debug(...line: unknown[]): void {
    this.#write('debug', line);
  }

  info(...line: unknown[]): void {
    this.#write('info', line);
  }

  warn(...line: unknown[]): void {
    this.#write('warn', line);
  }

  error(...line: unknown[]): void {
    this.#write('error', line);
  }

  fatal(...line: unknown[]): void {
    this.#write('fatal', line);
  }

  silent(): void {
    // As its name says.
  }

  child(...child: ChildArguments): FastifyBaseLogger {
    return this.#make().child(...child);
  }

  #write(level: Exclude<keyof FastifyBaseLogger, 'level' | 'child'>, line: unknown[]): void {
    const least = LEVELS.indexOf(this.level);
    if (LEVELS.indexOf(level) < least) return;
    const logger = this.#make();
    Reflect.apply(logger[level], logger, line);
  }

  #make(): FastifyBaseLogger {
    this.#made ??= this.#parent.child(this.#bindings, this.#options);
    return this.#made;
  }
}
