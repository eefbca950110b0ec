// What somebody sends who wishes no good: as text, as escapes in a URL, as bodies, as header fields, and
// as bytes that only look like HTTP.

/** For every place that takes text. */
export const HOSTILE_TEXTS: readonly string[] = [
  // SQL
  "'",
  "''",
  '"',
  '`',
  "' OR '1'='1",
  "' OR 1=1 --",
  "') OR ('1'='1",
  "1' AND (SELECT 1 FROM pg_sleep(10)) --",
  '1; DROP TABLE tasks; --',
  "'; DROP TABLE enhancement_history CASCADE; --",
  "'; DELETE FROM tenant_configs; COMMIT; --",
  "' UNION SELECT wrapped_key FROM data_keys --",
  "'||(SELECT current_user)||'",
  "'; SET ROLE admin; --",
  "'; SELECT set_config('app.current_tenant_id', 'globex', false); --",
  "'; RESET ALL; --",
  "\\'; SELECT 1; --",
  '$$; DROP TABLE todos; $$',
  "E'\\047 OR 1=1'",
  '$1',
  '$99',
  ':id',
  '?',
  '%s%n%x',
  '%',
  '_%',
  '/*',
  '*/ OR TRUE /*',
  '--',
  ';',
  "1::int; COPY tasks TO PROGRAM 'id'",
  // names that code may trip over
  '__proto__',
  'constructor',
  'toString',
  'null',
  'undefined',
  'NaN',
  '[object Object]',
  '\u0024{7*7}',
  '{{7*7}}',
  '<script>alert(1)</script>',
  '../../../../etc/passwd',
  '..\\..\\windows\\win.ini',
  'file:///etc/passwd',
  '() { :; }; echo',
  '`id`',
  '\u0024(id)',
  // characters
  '',
  ' ',
  '\t',
  '\r\nSet-Cookie: a=b',
  '\u0000',
  'a\u0000b',
  '\u0001\u0002\u001b[31m',
  '\u007f\u0080\u009f',
  '\ud800',
  '\udc00\ud800',
  'a\udfff',
  '\ufffe\uffff',
  '\ufeffacme',
  '\u202Eemca',
  '\u2066acme\u2069',
  'ac\u200bme',
  'acm\u0435',
  '\uff41\uff43\uff4d\uff45',
  'acme\u0301',
  'ACME',
  'acme ',
  'acme/../globex',
  '\u{1F431}'.repeat(60),
  'e\u0301'.repeat(200),
  '\u{10FFFF}',
  // numbers and sizes
  '-1',
  '0',
  '2147483648',
  '9223372036854775808',
  '1e309',
  '0x10',
  '1_000',
  '١٢',
  '99999999-9999-9999-9999-99999999999',
  '00000000-0000-0000-0000-00000000000g',
  '0000-01-01T00:00:00Z',
  '2026-01-01T00:00:00+23:59',
  '294277-01-01T00:00:00Z',
  'infinity',
  'a'.repeat(101),
  'a'.repeat(5000),
];

/** For paths and queries, as they stand in a URL: what is no UTF-8, and what is no escape. */
export const HOSTILE_ESCAPES: readonly string[] = [
  '%',
  '%2',
  '%zz',
  '%00',
  '%FF',
  '%C0%AF',
  '%C0%80',
  '%E0%80%80',
  '%ED%A0%80',
  '%F8%88%80%80%80',
  '%E2%82',
  '%2e%2e%2f%2e%2e%2f',
  '%252e%252e%252f',
  '%5c..%5c',
  '%0d%0aSet-Cookie:%20a=b',
  ';a=b',
  'a=b&a=c',
  'a[]=1&a[__proto__]=2',
  '__proto__[admin]=true',
  '%25%32%37',
  '*',
  'a'.repeat(499),
  'a'.repeat(501),
  'a'.repeat(9000),
  'a'.repeat(17_000),
];

const json = (text: string): HostileBody => ({
  type: 'application/json',
  bytes: Buffer.from(text),
});
const bytes = (...parts: readonly (string | number[])[]): HostileBody => ({
  type: 'application/json',
  bytes: Buffer.concat(parts.map((part) => Buffer.from(part))),
});
const typed = (type: string, text = '{"title":"a"}'): HostileBody => ({
  type,
  bytes: Buffer.from(text),
});

export interface HostileBody {
  /** The content type; none is sent where it is `undefined`. */
  readonly type: string | undefined;
  readonly bytes: Buffer;
  readonly headers?: readonly string[];
}

const MEGABYTE = 1_048_576;
const DEEP = 100_000;

export const HOSTILE_BODIES: readonly (readonly [string, HostileBody])[] = [
  ['empty', json('')],
  ['white space', json(' \r\n\t')],
  ['cut off', json('{"title":"a')],
  ['with a comma at the end', json('{"title":"a",}')],
  ['two documents', json('{"title":"a"}{"title":"b"}')],
  ['one name twice', json('{"title":"a","description":"b","title":null}')],
  ['a prototype', json('{"title":"a","__proto__":{"admin":true}}')],
  ['an escaped prototype', json('{"title":"a","\\u005f_proto__":{"admin":true}}')],
  ['a constructor', json('{"title":"a","constructor":{"prototype":{"admin":true}}}')],
  ['a number without end', json('{"title":1e999}')],
  ['a very long number', json(`{"title":${'9'.repeat(10_000)}}`)],
  ['NaN', json('{"title":NaN}')],
  ['a list', json('[]')],
  ['null', json('null')],
  ['a text', json('"title"')],
  ['half of a pair', json('{"title":"\\ud800","description":"\\udc00\\ud800"}')],
  ['U+0000', json('{"title":"\\u0000","description":"a\\u0000"}')],
  ['no UTF-8', bytes('{"title":"', [0xff, 0xfe, 0x80], '"}')],
  ['overlong UTF-8', bytes('{"title":"', [0xc0, 0x80, 0xc0, 0xaf], '"}')],
  ['surrogates in UTF-8', bytes('{"title":"', [0xed, 0xa0, 0x80], '"}')],
  ['UTF-8 cut off', bytes('{"title":"', [0xf0, 0x9f, 0x90])],
  ['a byte order mark', bytes([0xef, 0xbb, 0xbf], '{"title":"a"}')],
  ['UTF-16', { type: 'application/json', bytes: Buffer.from('{"title":"a"}', 'utf16le') }],
  ['lists in lists', json('['.repeat(DEEP) + ']'.repeat(DEEP))],
  ['lists in lists, open', json('['.repeat(DEEP))],
  ['objects in objects', json(`${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`)],
  [
    'a deep member',
    json(`{"title":"a","context_gathered":${'['.repeat(DEEP)}${']'.repeat(DEEP)}}`),
  ],
  ['many members', json(`{${Array.from({ length: 50_000 }, (_, n) => `"k${n}":1`).join(',')}}`)],
  [
    'many members of a member',
    json(
      `{"context_gathered":{${Array.from({ length: 50_000 }, (_, n) => `"k${n}":1`).join(',')}}}`,
    ),
  ],
  ['a text of almost 1 MiB', json(`{"title":"${'a'.repeat(MEGABYTE - 100)}"}`)],
  ['1 MiB of white space', json(' '.repeat(MEGABYTE))],
  ['10 MB', json(`{"title":"${'a'.repeat(10_000_000)}"}`)],
  ['without a type', { type: undefined, bytes: Buffer.from('{"title":"a"}') }],
  ['plain text', typed('text/plain')],
  [
    'XML',
    typed('application/xml', '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'),
  ],
  ['a form', typed('application/x-www-form-urlencoded', 'title=a')],
  ['many parts', typed('multipart/form-data; boundary=b', '--b\r\n\r\na\r\n--b--')],
  ['JSON of another charset', typed('application/json; charset=utf-7')],
  ['a type that is none', typed('application/json/../..')],
  ['a type of bytes', typed('\u00ff\u00fe')],
  ['a patch', typed('application/merge-patch+json')],
  ['gzip', { ...json('{"title":"a"}'), headers: ['content-encoding', 'gzip'] }],
  ['an unknown coding', { ...json('{"title":"a"}'), headers: ['content-encoding', "' OR 1=1"] }],
];

/** Header fields, names and values in turns; some of them twice. */
export const HOSTILE_FIELDS: readonly (readonly string[])[] = [
  ...['if-match', 'if-none-match', 'idempotency-key'].flatMap((name) => [
    [name, ''],
    [name, "' OR 1=1 --"],
    [name, `"${'a'.repeat(300)}"`],
    [name, '"a", "b"'],
    [name, '"unclosed'],
    [name, '\u00ff\u00fe'],
    [name, '*, *'],
    [name, 'W/W/"a"'],
    [name, '"a"', name, '"b"'],
    [name, `${'"a",'.repeat(2000)}"b"`],
    [name, 'a'.repeat(9000)],
  ]),
  ['x-request-id', "'; DROP TABLE tasks; --"],
  ['x-forwarded-for', "' OR 1=1", 'x-forwarded-host', '<script>'],
  ['x-http-method-override', 'DELETE'],
  ['x-tenant-id', 'globex', 'x-current-tenant-id', 'globex'],
  ['cookie', 'tenant=globex; __proto__=1'],
  ['origin', 'null'],
  ['origin', 'https://evil.test'],
  ['accept', '\u00ff'],
  ['accept', 'text/html'],
  ['accept-encoding', 'gzip;q=NaN'],
  ['range', 'bytes=0-0,-1'],
  ['expect', '200-maybe'],
  ['traceparent', `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01`],
  ['traceparent', 'a'.repeat(5000)],
  ['connection', 'x-request-id, authorization'],
  ['upgrade', 'websocket', 'connection', 'upgrade'],
];

/** Whole messages for a path, before the token's field and behind it. */
export const HOSTILE_MESSAGES: readonly (readonly [
  string,
  (path: string, field: string) => Buffer,
])[] = [
  ['bytes in the path', (path, field) => message(`GET ${path}\xff\xfe HTTP/1.1`, field)],
  ['U+0000 in the path', (path, field) => message(`GET ${path}\0 HTTP/1.1`, field)],
  ['a space in the path', (path, field) => message(`GET ${path} OR 1=1 HTTP/1.1`, field)],
  ['a whole URL', (path, field) => message(`GET http://evil.test${path} HTTP/1.1`, field)],
  ['no path', (_path, field) => message('GET  HTTP/1.1', field)],
  ['no version', (path) => Buffer.from(`GET ${path}\r\n\r\n`)],
  ['another version', (path, field) => message(`GET ${path} HTTP/9.9`, field)],
  ['another protocol', () => Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')],
  ['an unknown method', (path, field) => message(`SELECT ${path} HTTP/1.1`, field)],
  ['a method in small letters', (path, field) => message(`get ${path} HTTP/1.1`, field)],
  ['U+0000 in a field', (path, field) => message(`GET ${path} HTTP/1.1`, field, 'If-Match: "\0"')],
  ['bytes in a field', (path, field) => message(`GET ${path} HTTP/1.1`, field, 'If-Match: \xff')],
  ['a field without colon', (path, field) => message(`GET ${path} HTTP/1.1`, field, 'If-Match')],
  [
    'a folded field',
    (path, field) => message(`GET ${path} HTTP/1.1`, field, 'If-Match: "a",\r\n "b"'),
  ],
  [
    'a field of 20 kB',
    (path, field) => message(`GET ${path} HTTP/1.1`, field, `A: ${'a'.repeat(20_000)}`),
  ],
  [
    '3,000 fields',
    (path, field) =>
      message(`GET ${path} HTTP/1.1`, field, ...Array.from({ length: 3000 }, (_, n) => `A${n}: 1`)),
  ],
  [
    'two lengths',
    (path, field) =>
      message(`POST ${path} HTTP/1.1`, field, JSON_TYPE, 'Content-Length: 2', 'Content-Length: 3'),
  ],
  [
    'a negative length',
    (path, field) => message(`POST ${path} HTTP/1.1`, field, JSON_TYPE, 'Content-Length: -1'),
  ],
  [
    'a length and chunks',
    (path, field) =>
      message(
        `POST ${path} HTTP/1.1`,
        field,
        JSON_TYPE,
        'Content-Length: 2',
        'Transfer-Encoding: chunked',
      ),
  ],
  [
    'chunks of no length',
    (path, field) =>
      Buffer.concat([
        message(`POST ${path} HTTP/1.1`, field, JSON_TYPE, 'Transfer-Encoding: chunked'),
        Buffer.from('zz\r\n{}\r\n0\r\n\r\n'),
      ]),
  ],
  ['two hosts', (path, field) => message(`GET ${path} HTTP/1.1`, field, 'Host: globex.test')],
];

const JSON_TYPE = 'Content-Type: application/json';

function message(line: string, ...fields: readonly string[]): Buffer {
  const lines = [line, 'Host: service.test', 'Connection: close', ...fields, '', ''];
  return Buffer.from(lines.join('\r\n'), 'latin1');
}
