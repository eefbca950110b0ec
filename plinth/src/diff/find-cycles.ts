// Finds circles in a graph: Tarjan's strongly connected components, without recursion, because a
// schema of thousands of tables would exhaust the stack.

interface Visit<Node> {
  readonly node: Node;
  readonly rest: Iterator<Node>;
}

/** The components of more than one node, each a set of nodes that reach each other. */
export function findCycles<Node>(
  nodes: readonly Node[],
  next: (node: Node) => Iterable<Node>,
): readonly (readonly Node[])[] {
  const index = new Map<Node, number>();
  const low = new Map<Node, number>();
  const stack: Node[] = [];
  const onStack = new Set<Node>();
  const cycles: Node[][] = [];

  const open = (node: Node): Visit<Node> => {
    index.set(node, index.size);
    low.set(node, index.size - 1);
    stack.push(node);
    onStack.add(node);
    return { node, rest: next(node)[Symbol.iterator]() };
  };
  const lower = (node: Node, value: number | undefined): void => {
    if (value !== undefined && value < (low.get(node) ?? value)) low.set(node, value);
  };
  const close = (node: Node): void => {
    if (low.get(node) !== index.get(node)) return;
    const component = stack.splice(stack.lastIndexOf(node));
    for (const member of component) onStack.delete(member);
    if (component.length > 1) cycles.push(component);
  };

  for (const start of nodes) {
    if (index.has(start)) continue;
    const path = [open(start)];
    for (let visit = path.at(-1); visit !== undefined; visit = path.at(-1)) {
      const step = visit.rest.next();
      if (step.done === true) {
        path.pop();
        close(visit.node);
        const above = path.at(-1);
        if (above !== undefined) lower(above.node, low.get(visit.node));
      } else if (!index.has(step.value)) {
        path.push(open(step.value));
      } else if (onStack.has(step.value)) {
        lower(visit.node, index.get(step.value));
      }
    }
  }
  return cycles;
}
