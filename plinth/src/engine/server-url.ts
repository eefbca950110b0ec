// The grammar of a server URL behind its scheme. It collects every problem instead of stopping
// at the first, and quotes nothing that could be a password.

import type { ServerTarget } from './database-url.js';
import { type HostAddress, LOAD_BALANCE_HOSTS } from './host-selector.js';
import { TARGET_SESSION_ATTRS } from './server-kind.js';
import { SSL_MODES } from './ssl.js';

export interface ParsedServerUrl {
  readonly target: ServerTarget;
  readonly problems: readonly string[];
}

const DEFAULT_PORT = 5432;

const PARAMETERS: ReadonlySet<string> = new Set([
  'application_name',
  'connect_timeout',
  'dbname',
  'host',
  'load_balance_hosts',
  'options',
  'password',
  'port',
  'ssl',
  'sslmode',
  'sslrootcert',
  'target_session_attrs',
  'user',
]);

/** Hosts and ports as they were written; the lists need not be of one length. */
interface WrittenHosts {
  readonly hosts: readonly string[];
  readonly ports: readonly string[];
}

/**
 * Reads `[user[:password]@][host][:port][,…]/database[?name=value&…]`, libpq's form. Parameters
 * after `?` win over the parts before it, as in libpq. `ssl` is asyncpg's spelling of `sslmode`.
 */
export function parseServerUrl(rest: string): ParsedServerUrl {
  const problems: string[] = [];
  const parts = /^([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?(#.*)?$/s.exec(rest);
  const [, authority = '', path = '', query = '', fragment] = parts ?? [];
  if (fragment !== undefined) problems.push('write "#" as %23');
  if (/\s/.test(rest)) problems.push('write a space as %20');
  const credentials = splitCredentials(authority, path, problems);
  const written = splitHosts(credentials.address, problems);
  const parameters = readParameters(query, problems);
  const database = parameters.get('dbname') ?? decode(path, 'database name', problems);
  if (database === '') problems.push('the database name is missing');
  else if (database.includes('/')) problems.push('write "/" in a database name as %2F');
  return {
    target: {
      kind: 'server',
      hosts: readHosts(written, parameters, problems),
      targetSessionAttrs:
        readWord('target_session_attrs', TARGET_SESSION_ATTRS, parameters, problems) ?? 'any',
      loadBalanceHosts:
        readWord('load_balance_hosts', LOAD_BALANCE_HOSTS, parameters, problems) ?? 'disable',
      database,
      user: parameters.get('user') ?? credentials.user,
      password: parameters.get('password') ?? credentials.password,
      sslMode: readSslMode(parameters, problems),
      sslRootCert: parameters.get('sslrootcert'),
      applicationName: parameters.get('application_name'),
      connectTimeout: readSeconds(parameters.get('connect_timeout'), problems),
      options: parameters.get('options'),
    },
    problems,
  };
}

function splitCredentials(authority: string, path: string, problems: string[]) {
  const at = authority.lastIndexOf('@');
  if (authority.indexOf('@') !== at) {
    problems.push('write "@" in a user name or password as %40');
  } else if (at < 0 && path.includes('@')) {
    problems.push('write "/" in a user name or password as %2F');
  }
  const userInfo = at < 0 ? '' : authority.slice(0, at);
  const colon = userInfo.indexOf(':');
  const user = colon < 0 ? userInfo : userInfo.slice(0, colon);
  const password = colon < 0 ? '' : userInfo.slice(colon + 1);
  return {
    address: authority.slice(at + 1),
    user: user === '' ? undefined : decode(user, 'user name', problems),
    password: password === '' ? undefined : decode(password, 'password', problems),
  };
}

function splitHosts(addresses: string, problems: string[]): WrittenHosts {
  const split = addresses.split(',').map((address) => splitAddress(address, problems));
  return { hosts: split.map(({ host }) => host), ports: split.map(({ port }) => port) };
}

function splitAddress(address: string, problems: string[]) {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(address);
  if (bracketed) return { host: bracketed[1] ?? '', port: bracketed[2] ?? '' };
  const colon = address.indexOf(':');
  if (colon < 0) return { host: decode(address, 'host', problems), port: '' };
  return {
    host: decode(address.slice(0, colon), 'host', problems),
    port: address.slice(colon + 1),
  };
}

function readHosts(
  written: WrittenHosts,
  parameters: ReadonlyMap<string, string>,
  problems: string[],
): readonly HostAddress[] {
  const hosts = parameters.get('host')?.split(',') ?? written.hosts;
  const ports = parameters.get('port')?.split(',') ?? written.ports;
  if (ports.length !== 1 && ports.length !== hosts.length) {
    problems.push(
      `it names ${hosts.length} hosts and ${ports.length} ports (write one port for all, or one for each)`,
    );
  }
  const read = ports.map((port) => readPort(port, problems));
  return hosts.map((host, index) => ({
    host: host === '' ? 'localhost' : host,
    port: (read.length === 1 ? read[0] : read[index]) ?? DEFAULT_PORT,
  }));
}

function readParameters(query: string, problems: string[]): Map<string, string> {
  const values = new Map<string, string>();
  for (const pair of query.split('&').filter((text) => text !== '')) {
    const equals = pair.indexOf('=');
    const name = decode(equals < 0 ? pair : pair.slice(0, equals), 'parameter', problems);
    if (!PARAMETERS.has(name)) {
      problems.push(`it has an unknown parameter (known are ${[...PARAMETERS].join(', ')})`);
    } else if (equals < 0) {
      problems.push(`its parameter ${name} has no value`);
    } else {
      values.set(name, decode(pair.slice(equals + 1), name, problems));
    }
  }
  return values;
}

function readPort(text: string, problems: string[]): number {
  if (text === '') return DEFAULT_PORT;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) problems.push('its port is not a number from 1 to 65535');
  return port;
}

function readSeconds(text: string | undefined, problems: string[]): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,6}$/.test(text)) problems.push('its connect_timeout is not a number of seconds');
  return Number(text);
}

function readSslMode(parameters: ReadonlyMap<string, string>, problems: string[]) {
  if ([parameters.get('sslmode'), parameters.get('ssl')].includes('allow')) {
    problems.push('its sslmode allow is not supported (write prefer, or disable)');
    return undefined;
  }
  return (
    readWord('sslmode', SSL_MODES, parameters, problems) ??
    readWord('ssl', SSL_MODES, parameters, problems)
  );
}

function readWord<const Word extends string>(
  name: string,
  words: readonly Word[],
  parameters: ReadonlyMap<string, string>,
  problems: string[],
): Word | undefined {
  const text = parameters.get(name);
  const word = words.find((known) => known === text);
  if (text !== undefined && word === undefined) {
    problems.push(`its ${name} is none of ${words.join(', ')}`);
  }
  return word;
}

function decode(text: string, what: string, problems: string[]): string {
  try {
    return decodeURIComponent(text);
  } catch {
    problems.push(`write "%" in its ${what} as %25`);
    return '';
  }
}
