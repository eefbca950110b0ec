// What a process does when nobody reads its output any more: it goes on.

/** Errors of the stream other than that stay errors. */
export function bearLostReader(output: NodeJS.WritableStream): void {
  output.on('error', (error) => {
    if (!('code' in error && error.code === 'EPIPE')) throw error;
  });
}
