/**
 * SQL: which server answers, on which tables. A standby that takes over was started at a time of its own, as was whatever serves a restored
 * backup; tables that were restored beneath a running server lie in other files. No text that hangs on a setting.
 */
export const SERVER = "extract(epoch FROM pg_postmaster_start_time()) || ' ' || coalesce(pg_relation_filepath(to_regclass('leaves')), '')";

/** SQL: whether the server is still the one that the parameter names; where it names none, that makes no difference. */
export const ON_SERVER = (parameter: string): string => `(${parameter}::text IS NULL OR ${SERVER} = ${parameter})`;
