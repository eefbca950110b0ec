// Text search: parsers, templates, dictionaries and configurations, from one definition to another
// and back.

import { describe, expect, it } from 'vitest';
import { type Convergence, expectConvergence } from '../support/convergence.js';

type Case = readonly [name: string, convergence: Convergence];

const CASES: readonly Case[] = [
  [
    'a parser and a template',
    {
      from: '',
      to: `CREATE TEXT SEARCH PARSER words (START = prsd_start, GETTOKEN = prsd_nexttoken,
          END = prsd_end, LEXTYPES = prsd_lextype, HEADLINE = prsd_headline);
        CREATE TEXT SEARCH PARSER plain (START = prsd_start, GETTOKEN = prsd_nexttoken,
          END = prsd_end, LEXTYPES = prsd_lextype);
        COMMENT ON TEXT SEARCH PARSER words IS 'p';
        CREATE TEXT SEARCH TEMPLATE same (LEXIZE = dsimple_lexize);
        CREATE TEXT SEARCH TEMPLATE more (INIT = dsimple_init, LEXIZE = dsimple_lexize);
        COMMENT ON TEXT SEARCH TEMPLATE same IS 't'`,
    },
  ],
  [
    'dictionaries',
    {
      from: '',
      to: `CREATE TEXT SEARCH DICTIONARY bare (TEMPLATE = simple);
        CREATE TEXT SEARCH DICTIONARY "My D" (TEMPLATE = snowball, LANGUAGE = english,
          STOPWORDS = english);
        COMMENT ON TEXT SEARCH DICTIONARY bare IS 'd'`,
    },
  ],
  [
    'a dictionary with options of its own template',
    {
      from: `CREATE TEXT SEARCH TEMPLATE t1 (INIT = dsimple_init, LEXIZE = dsimple_lexize);
        CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = t1, ACCEPT = false)`,
      to: `CREATE TEXT SEARCH TEMPLATE t1 (INIT = dsimple_init, LEXIZE = dsimple_lexize);
        CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = t1, STOPWORDS = 'english')`,
    },
  ],
  [
    'a configuration comes and goes',
    {
      from: '',
      to: `CREATE TEXT SEARCH CONFIGURATION c (COPY = english);
        COMMENT ON TEXT SEARCH CONFIGURATION c IS 'like english'`,
    },
  ],
  [
    'mappings come, change and go in place',
    {
      from: `CREATE TEXT SEARCH CONFIGURATION c (PARSER = "default");
        ALTER TEXT SEARCH CONFIGURATION c ADD MAPPING FOR asciiword, word WITH simple;
        ALTER TEXT SEARCH CONFIGURATION c ADD MAPPING FOR url, host WITH simple`,
      to: `CREATE TEXT SEARCH CONFIGURATION c (PARSER = "default");
        ALTER TEXT SEARCH CONFIGURATION c ADD MAPPING FOR word WITH english_stem, simple;
        ALTER TEXT SEARCH CONFIGURATION c ADD MAPPING FOR url, email WITH simple`,
    },
  ],
  [
    'another template under a configuration that an index uses',
    {
      from: `CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = simple);
        CREATE TEXT SEARCH CONFIGURATION c (PARSER = "default");
        ALTER TEXT SEARCH CONFIGURATION c ADD MAPPING FOR asciiword WITH d;
        CREATE TABLE t (a text); CREATE INDEX ON t USING gin (to_tsvector('c', a))`,
      to: `CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = snowball, LANGUAGE = english);
        CREATE TEXT SEARCH CONFIGURATION c (PARSER = "default");
        ALTER TEXT SEARCH CONFIGURATION c ADD MAPPING FOR asciiword WITH d;
        CREATE TABLE t (a text); CREATE INDEX ON t USING gin (to_tsvector('c', a))`,
    },
  ],
  [
    "another parser of one's own",
    {
      from: `CREATE TEXT SEARCH PARSER p (START = prsd_start, GETTOKEN = prsd_nexttoken,
          END = prsd_end, LEXTYPES = prsd_lextype);
        CREATE TEXT SEARCH CONFIGURATION c (PARSER = p);
        ALTER TEXT SEARCH CONFIGURATION c ADD MAPPING FOR asciiword WITH simple`,
      to: `CREATE TEXT SEARCH CONFIGURATION c (PARSER = "default");
        ALTER TEXT SEARCH CONFIGURATION c ADD MAPPING FOR asciiword WITH simple`,
    },
  ],
];

describe('text search', () => {
  it.each(CASES)('%s', async (_name, convergence) => {
    await expectConvergence(convergence);
  });

  it('says a list of dictionaries once for all tokens that have it', async () => {
    const { upSql, downSql } = await expectConvergence({
      from: `CREATE TEXT SEARCH CONFIGURATION c (PARSER = "default");
        ALTER TEXT SEARCH CONFIGURATION c ADD MAPPING FOR asciiword WITH simple`,
      to: `CREATE TEXT SEARCH CONFIGURATION c (PARSER = "default");
        ALTER TEXT SEARCH CONFIGURATION c ADD MAPPING FOR asciiword, word, url WITH english_stem`,
    });
    expect(upSql).toBe(
      `ALTER TEXT SEARCH CONFIGURATION public.c
    ALTER MAPPING FOR asciiword WITH english_stem;

ALTER TEXT SEARCH CONFIGURATION public.c
    ADD MAPPING FOR word, url WITH english_stem;
`,
    );
    expect(downSql).toContain('DROP MAPPING FOR word, url');
  });
});
