// Whose rows a query is about.

/** The user whose rows alone a query sees and makes; `undefined` for those of everybody. */
export type Owner = string | undefined;
