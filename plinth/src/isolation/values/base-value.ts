// A text that a base type of PostgreSQL takes, another one for each number. Pure but for uuids.

import { randomUUID } from 'node:crypto';

export interface BaseValue {
  readonly text: string;
  /** Whether it would be found nowhere else. */
  readonly isTelling: boolean;
}

interface Seed {
  /** Counts the values of a run. */
  readonly number: number;
  /** Letters and digits that belong to the number and the run. */
  readonly word: string;
  readonly typmod: number;
  readonly row: number;
  /** Sets the numbers of a run apart from those of others. */
  readonly offset: number;
}

const DAY_MS = 86_400_000;
/** Long ago, or far ahead, by the row: a policy may look at what is recent. */
const day = ({ number, row }: Seed): string =>
  new Date(Date.UTC(row % 2 === 0 ? 2001 : 2101, 0, 1) + number * DAY_MS)
    .toISOString()
    .slice(0, 10);
const clock = (number: number): string =>
  new Date((number % 86_400) * 1000).toISOString().slice(11, 19);
const bytes = (number: number): string =>
  [(number >> 16) & 255, (number >> 8) & 255, number & 255].join('.');
const hexPairs = (number: number, count: number): string =>
  (
    number
      .toString(16)
      .padStart(count * 2, '0')
      .match(/../g) ?? []
  ).join(':');
const bits = (number: number, typmod: number): string =>
  number.toString(2).padStart(typmod, '0').slice(-typmod);
/** Columns further right get greater numbers, as a lower and an upper bound want it. */
const large = ({ offset, number }: Seed): number => offset * 1_000_000 + number;

const BY_NAME: Readonly<Record<string, (seed: Seed) => string>> = {
  bool: ({ row }) => (row % 2 === 0 ? 'true' : 'false'),
  int2: ({ number }) => String(1000 + (number % 30_000)),
  float4: ({ number }) => String(number),
  money: ({ number }) => String(1000 + number),
  date: day,
  timestamp: (seed) => `${day(seed)} 01:02:03`,
  timestamptz: (seed) => `${day(seed)} 01:02:03+00`,
  time: ({ number }) => clock(number),
  timetz: ({ number }) => `${clock(number)}+00`,
  interval: ({ number }) => `${number} seconds`,
  inet: ({ number }) => `10.${bytes(number)}`,
  cidr: ({ number }) => `10.${bytes(number)}`,
  macaddr: ({ number }) => `02:00:${hexPairs(number, 4)}`,
  macaddr8: ({ number }) => `02:00:${hexPairs(number, 6)}`,
  bit: ({ number, typmod }) => bits(number, Math.max(1, typmod)),
  varbit: ({ number, typmod }) => bits(number, typmod > 0 ? typmod : 16),
  point: ({ number }) => `(${number},1)`,
  box: ({ number }) => `((${number},1),(${number + 1},2))`,
  lseg: ({ number }) => `((${number},1),(${number + 1},2))`,
  line: ({ number }) => `{1,1,${number}}`,
  circle: ({ number }) => `<(${number},1),1>`,
  path: ({ number }) => `((${number},1),(${number + 1},2),(${number},3))`,
  polygon: ({ number }) => `((${number},1),(${number + 1},2),(${number},3))`,
  pg_lsn: ({ number }) => `0/${number.toString(16)}`,
  oid: ({ number }) => String(number),
  xid: ({ number }) => String(number),
  xid8: ({ number }) => String(number),
  vector: (seed) => `[${dimensions(seed)}]`,
  halfvec: (seed) => `[${dimensions(seed)}]`,
  sparsevec: ({ number, typmod }) => `{1:${number}}/${Math.max(1, typmod)}`,
  geometry: ({ number }) => `POINT(${number % 90} ${number % 80})`,
  geography: ({ number }) => `POINT(${number % 90} ${number % 80})`,
  cube: ({ number }) => `(${number})`,
};

const TELLING_BY_NAME: Readonly<Record<string, (seed: Seed) => string>> = {
  int4: (seed) => String(1_100_000_000 + large(seed)),
  int8: (seed) => String(7_000_000_000_000 + large(seed)),
  float8: (seed) => `${1_100_000_000 + large(seed)}.5`,
  uuid: () => randomUUID(),
  json: ({ word }) => JSON.stringify({ plinth: word }),
  jsonb: ({ word }) => JSON.stringify({ plinth: word }),
  bytea: ({ word }) => `\\x${Buffer.from(word).toString('hex')}`,
  xml: ({ word }) => `<p>${word}</p>`,
  hstore: ({ word }) => `"plinth"=>"${word}"`,
};

/** A type that is not known is given a word. */
export function baseValue(name: string, seed: Seed): BaseValue {
  const plain = BY_NAME[name];
  if (plain !== undefined) return { text: plain(seed), isTelling: false };
  const telling = TELLING_BY_NAME[name];
  if (telling !== undefined) return { text: telling(seed), isTelling: true };
  if (name === 'numeric') return numeric(seed);
  const length = seed.typmod > 4 && name !== 'name' ? seed.typmod - 4 : seed.word.length;
  // The end of the word differs from number to number.
  return { text: seed.word.slice(-length), isTelling: length >= seed.word.length };
}

/** Within the digits before its point. */
function numeric(seed: Seed): BaseValue {
  const precision = seed.typmod < 4 ? 20 : (seed.typmod - 4) >> 16;
  const scale = seed.typmod < 4 ? 0 : (seed.typmod - 4) & 0x7ff;
  const digits = precision - scale;
  if (digits >= 10) return { text: String(1_100_000_000 + large(seed)), isTelling: true };
  return { text: digits <= 0 ? '0' : String(seed.number % 10 ** digits), isTelling: false };
}

function dimensions({ number, typmod }: Seed): string {
  return Array.from(
    { length: Math.max(1, typmod) },
    (_, index) => ((number + index) % 97) + 1,
  ).join();
}
