/** As format 1 has it. */
export const SYSTEM_ID = /^[a-z][a-z0-9-]{0,62}$/;
