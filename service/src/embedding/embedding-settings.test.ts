import { describe, expect, it } from 'vitest';
import { readSettings } from '../settings.js';
import { StartError } from '../start-error.js';

const URL_SETTING = { EMBEDDING_URL: 'https://models.example/v1', EMBEDDING_MODEL: 'small' };

function problemsOf(environment: Record<string, string>): string {
  try {
    readSettings(environment);
  } catch (error) {
    if (error instanceof StartError) return error.message;
    throw error;
  }
  return 'none';
}

describe('the settings of documents', () => {
  it('name an endpoint with all that belongs to it', () => {
    const { documents } = readSettings({
      ...URL_SETTING,
      EMBEDDING_API_KEY: 'key',
      EMBEDDING_TIMEOUT: '5',
      EMBEDDING_BATCH_SIZE: '8',
      EMBEDDING_DIMENSIONS_PARAMETER: 'yes',
      DOCUMENT_CHUNK_SIZE: '400',
      DOCUMENT_CHUNK_OVERLAP: '200',
      DOCUMENT_EXACT_SEARCH_LIMIT: '0',
    });
    expect(documents).toEqual({
      endpoint: {
        url: new URL('https://models.example/v1'),
        model: 'small',
        apiKey: 'key',
        timeoutMs: 5000,
        batchSize: 8,
        sendsDimensions: true,
      },
      chunks: { size: 400, overlap: 200 },
      exactUpTo: 0,
    });
  });

  it.each([
    [{ EMBEDDING_URL: URL_SETTING.EMBEDDING_URL }, 'EMBEDDING_MODEL is not set, and must be'],
    [{ EMBEDDING_MODEL: 'small' }, 'EMBEDDING_MODEL is set, and has no meaning without'],
    [{ EMBEDDING_API_KEY: 'k' }, 'EMBEDDING_API_KEY is set, and has no meaning without'],
    [{ ...URL_SETTING, EMBEDDING_MODEL: 'a b' }, 'EMBEDDING_MODEL is "a b", and must be the name'],
    [{ ...URL_SETTING, EMBEDDING_TIMEOUT: '0' }, 'EMBEDDING_TIMEOUT is "0", and must be seconds'],
    [{ ...URL_SETTING, EMBEDDING_BATCH_SIZE: '1.5' }, 'EMBEDDING_BATCH_SIZE is "1.5"'],
    [{ DOCUMENT_CHUNK_SIZE: '199' }, 'DOCUMENT_CHUNK_SIZE is "199", and must be a whole number'],
    [{ DOCUMENT_CHUNK_OVERLAP: '501' }, 'DOCUMENT_CHUNK_OVERLAP is 501, and must be at most half'],
    [{ DOCUMENT_CHUNK_SIZE: '200' }, 'none'],
    [{ DOCUMENT_CHUNK_SIZE: '299' }, 'DOCUMENT_CHUNK_OVERLAP is 150'],
  ])('with %j: %s', (environment, expected) => {
    const isFine = expected === 'none';
    const tried = isFine ? { ...environment, DOCUMENT_CHUNK_OVERLAP: '100' } : environment;
    expect(problemsOf(tried)).toContain(expected);
  });

  it.each([
    'ftp://models.example',
    'https://ada:hush@models.example/v1',
    'https://models.example/v1?key=hush',
    'models.example hush',
  ])('take no URL %s, and do not repeat it', (url) => {
    const problems = problemsOf({ ...URL_SETTING, EMBEDDING_URL: url });
    expect(problems).toContain('EMBEDDING_URL must be an http or https URL');
    expect(problems).not.toContain(url);
  });

  it('repeat no key', () => {
    const problems = problemsOf({ ...URL_SETTING, EMBEDDING_API_KEY: 'hush hush' });
    expect(problems).toContain('EMBEDDING_API_KEY must be a key without white space');
    expect(problems).not.toContain('hush');
  });
});
