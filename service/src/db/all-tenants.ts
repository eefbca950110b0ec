// How everything that goes through all tenants finds them. It loads nothing.

/** Lists every tenant there ever was, by its id. */
export const ALL_TENANTS = 'SELECT id FROM tenants';
