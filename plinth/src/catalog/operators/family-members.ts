// The operators and support functions that an operator class or an operator family holds: how
// they are read and how they are written.

/** What is said of a member. The types are those of its operands, or that it supports. */
interface MemberOf<Form extends string> {
  readonly form: Form;
  /** Strategy of an operator, number of a support function. */
  readonly number: number;
  readonly left: string;
  readonly right: string;
  /** The operator's name, or the function's with its arguments. */
  readonly name: string;
}

export interface OperatorMember extends MemberOf<'operator'> {
  /** The family that orders the results of an ordering operator. */
  readonly orderBy: string | null;
}

export interface FunctionMember extends MemberOf<'function'> {
  readonly arguments: readonly string[];
}

export type FamilyMember = OperatorMember | FunctionMember;

/** The members that depend on an object of `pg_opclass` or `pg_opfamily`, as JSON. */
export function memberList(catalog: 'pg_opclass' | 'pg_opfamily', oid: string): string {
  const dependsOnIt = `d.refclassid = '${catalog}'::regclass AND d.refobjid = ${oid}`;
  return `(SELECT coalesce(json_agg(m.member ORDER BY m.form DESC, m.number,
      m.lefttype COLLATE "C", m.righttype COLLATE "C"), '[]')
    FROM (
      SELECT 'operator' AS form, a.amopstrategy AS number, format_type(a.amoplefttype, NULL) AS lefttype,
        format_type(a.amoprighttype, NULL) AS righttype,
        json_build_object('form', 'operator', 'number', a.amopstrategy,
          'left', format_type(a.amoplefttype, NULL), 'right', format_type(a.amoprighttype, NULL),
          'name', ${qualified('n.nspname', 'o.oprname')},
          'orderBy', ${qualified('sn.nspname', 'quote_ident(sf.opfname)')}) AS member
      FROM pg_depend d JOIN pg_amop a ON d.classid = 'pg_amop'::regclass AND a.oid = d.objid
        JOIN pg_operator o ON o.oid = a.amopopr JOIN pg_namespace n ON n.oid = o.oprnamespace
        LEFT JOIN pg_opfamily sf ON sf.oid = a.amopsortfamily
        LEFT JOIN pg_namespace sn ON sn.oid = sf.opfnamespace
      WHERE ${dependsOnIt}
      UNION ALL
      SELECT 'function', a.amprocnum, format_type(a.amproclefttype, NULL),
        format_type(a.amprocrighttype, NULL),
        json_build_object('form', 'function', 'number', a.amprocnum,
          'left', format_type(a.amproclefttype, NULL), 'right', format_type(a.amprocrighttype, NULL),
          'name', ${qualified('n.nspname', 'quote_ident(p.proname)')},
          'arguments', ARRAY(SELECT format_type(t, NULL)
            FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS u(t, i) ORDER BY i))
      FROM pg_depend d JOIN pg_amproc a ON d.classid = 'pg_amproc'::regclass AND a.oid = d.objid
        JOIN pg_proc p ON p.oid = a.amproc JOIN pg_namespace n ON n.oid = p.pronamespace
      WHERE ${dependsOnIt}
    ) m)`;
}

/** The addresses of the same members: what they stand on, the class or the family stands on. */
export function memberAddresses(catalog: 'pg_opclass' | 'pg_opfamily', oid: string): string {
  return `ARRAY(SELECT d.classid || ':' || d.objid || ':0' FROM pg_depend d
    WHERE d.refclassid = '${catalog}'::regclass AND d.refobjid = ${oid}
      AND d.classid IN ('pg_amop'::regclass, 'pg_amproc'::regclass))`;
}

/** A name of PostgreSQL's own stands without its schema; no operator is ever quoted. */
function qualified(schema: string, name: string): string {
  return `CASE ${schema} WHEN 'pg_catalog' THEN '' ELSE quote_ident(${schema}) || '.' END || ${name}`;
}

/** `OPERATOR 1 public.<`, in a class for the type; with `null`, as ALTER OPERATOR FAMILY needs it. */
export function memberClause(member: FamilyMember, type: string | null): string {
  const { number, left, right, name } = member;
  const types = isStandard(member, type) ? '' : ` (${left}, ${right})`;
  if (member.form === 'function') {
    return `FUNCTION ${number}${types} ${name}(${member.arguments.join(', ')})`;
  }
  const order = member.orderBy === null ? '' : ` FOR ORDER BY ${member.orderBy}`;
  return `OPERATOR ${number} ${name}${types}${order}`;
}

/** `OPERATOR 1 (integer, bigint)`, as ALTER OPERATOR FAMILY … DROP names it. */
export function memberSlot({ form, number, left, right }: FamilyMember): string {
  return `${form.toUpperCase()} ${number} (${left}, ${right})`;
}

/** Whether CREATE OPERATOR CLASS for the type takes the member's types to be these by itself. */
function isStandard(member: FamilyMember, type: string | null): boolean {
  if (member.left !== type || member.right !== type) return false;
  // Some methods take them from the function instead.
  return member.form === 'operator' || member.arguments.slice(0, 2).every((one) => one === type);
}
