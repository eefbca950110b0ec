// Opens one connection to one of several hosts: tries them in turn until a server of the wanted
// kind answers.

import { canPass, WrongServerError } from './connect-errors.js';
import type { HostSelector } from './host-selector.js';
import type { PooledClient } from './pooled-client.js';
import { readServerKind } from './server-kind.js';

/**
 * Connects until a server is found that is taken.
 *
 * @param connect Gives a client that is connected.
 * @param drop Gets a client back that is not taken.
 * @throws What the last attempt threw; with several hosts, an error that names each.
 */
export async function tryHosts(
  hosts: HostSelector,
  connect: () => Promise<PooledClient>,
  drop: (client: PooledClient) => void,
): Promise<PooledClient> {
  let attemptsLeft = hosts.attempts;
  let changesLeft = hosts.addresses.length;
  for (;;) {
    try {
      const client = await connect();
      if (!client.accepted) await acceptServer(hosts, client, drop);
      return client;
    } catch (error) {
      if (changesLeft > 0 && hosts.changesTls(error)) {
        changesLeft -= 1;
        continue;
      }
      attemptsLeft -= 1;
      // A refused password is refused by every host: only what can pass is worth another one.
      if (attemptsLeft === 0 || !canPass(error)) throw hosts.explain(error);
    }
  }
}

async function acceptServer(
  hosts: HostSelector,
  client: PooledClient,
  drop: (client: PooledClient) => void,
): Promise<void> {
  try {
    if (hosts.asksKind && client.attempt !== undefined) {
      const reason = hosts.refusalOf(client.attempt, await readServerKind(client));
      if (reason !== undefined) throw new WrongServerError(reason);
    }
    client.accepted = true;
  } catch (error) {
    drop(client);
    throw error;
  }
}
