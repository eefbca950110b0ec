// Asks a function for the password of a new connection, and says in plain words when it gives
// none. It never repeats what the function said.

/** Gives a password; called for each new connection that is asked for one. */
export type PasswordFunction = () => string | Promise<string>;

/** The function as the driver gets it. What the caller's function threw is the `cause`. */
export function checkedPassword(ask: PasswordFunction): () => Promise<string> {
  return async () => {
    const password: unknown = await callPassword(ask);
    if (typeof password === 'string' && password !== '') return password;
    throw new Error('the password function gave no text');
  };
}

async function callPassword(ask: PasswordFunction): Promise<unknown> {
  try {
    return await ask();
  } catch (cause) {
    throw new Error('the password function failed', { cause });
  }
}
