-- What each program may do in the ledger's database. Run after every migration, as the owner of the tables, in one
-- transaction (`psql -1 -f`), since it takes everything away first; running it again changes nothing. The login roles
-- themselves (samtycke_api, samtycke_relay, samtycke_worker) and their passwords are made by `samtycke migrate` or by your
-- own tooling. Events can be added and read; nobody here changes or removes one.

REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, samtycke_api, samtycke_relay, samtycke_worker;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO samtycke_api, samtycke_relay, samtycke_worker;

-- The api: takes decisions, answers questions.
GRANT SELECT, INSERT ON events, outbox, evidence, person_keys, identifiers, idempotency, reads TO samtycke_api;
GRANT SELECT, INSERT, UPDATE ON persons, heads TO samtycke_api;
GRANT SELECT ON ledgers, purposes, notices, catalogues, api_keys, leaves, tokens, suppressions, rights, links, mails, merges, checkpoints TO samtycke_api;
GRANT UPDATE (last_used_at) ON api_keys TO samtycke_api;
-- Whether `samtycke recover` is under way.
GRANT SELECT ON leases TO samtycke_api;
GRANT SELECT, INSERT, UPDATE ON rates, held_withdrawals TO samtycke_api;
GRANT SELECT ON mail_links TO samtycke_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON uploads TO samtycke_api;
GRANT SELECT, INSERT, DELETE ON upload_parts TO samtycke_api;

-- The relay: gives log indices, sends, and signs checkpoints.
GRANT SELECT, DELETE ON outbox TO samtycke_relay;
GRANT SELECT ON events, ledgers, lost_events TO samtycke_relay;
GRANT SELECT, INSERT ON leaves, checkpoints TO samtycke_relay;
GRANT SELECT, INSERT, UPDATE ON leases TO samtycke_relay;

-- The worker: what follows from events (mails, linked devices) and from time (expiry, lapse, notice changes), by the same append as the api.
GRANT SELECT, INSERT ON events, outbox, evidence, links, person_keys, identifiers, idempotency, mails, notice_sweeps TO samtycke_worker;
GRANT SELECT, INSERT, UPDATE ON persons, heads, leases TO samtycke_worker;
GRANT SELECT, INSERT, DELETE ON tokens, suppressions TO samtycke_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON rights, merges, timers, due_mails TO samtycke_worker;
GRANT SELECT ON holds TO samtycke_worker;
-- What was given under which text: kept by the worker, searched by the api.
GRANT SELECT, INSERT, UPDATE ON grants TO samtycke_worker;
GRANT SELECT ON grants TO samtycke_api;
GRANT SELECT, INSERT, UPDATE ON holds TO samtycke_api;
-- What an erasure removes.
GRANT DELETE ON evidence, identifiers, mails, mail_links, links, person_keys TO samtycke_worker;
GRANT SELECT ON ledgers, purposes, notices, catalogues, leaves, checkpoints TO samtycke_worker;
-- Which keys end soon; not what they are known by.
GRANT SELECT (ledger, id, kind, owner, expires_at, revoked_at) ON api_keys TO samtycke_worker;
GRANT SELECT, UPDATE, DELETE ON held_withdrawals TO samtycke_worker;
GRANT SELECT, INSERT, DELETE ON mail_links TO samtycke_worker;
GRANT SELECT, DELETE ON rates, uploads, upload_parts TO samtycke_worker;

-- Who must act on decisions, and who did: systems are registered by the api and the command line, the rest is the worker's.
GRANT SELECT, INSERT, UPDATE, DELETE ON systems TO samtycke_api;
GRANT SELECT ON acknowledgements TO samtycke_api;
-- DELETE: for an api of before, until it is started anew.
GRANT SELECT, DELETE, UPDATE (acted_at) ON overdue TO samtycke_api;
GRANT SELECT, INSERT, UPDATE ON acknowledgements, overdue TO samtycke_worker;
GRANT SELECT, UPDATE ON systems TO samtycke_worker;
-- How long systems took, and the canary.
GRANT SELECT ON delays, canaries, canary_results TO samtycke_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON delays, canary_results TO samtycke_worker;
GRANT SELECT, INSERT ON canaries TO samtycke_worker;
-- Counts that name nobody, kept and shown by the api; the worker adds what ends on devices, and removes what is old.
GRANT SELECT, INSERT, UPDATE, DELETE ON notice_counts, link_counts TO samtycke_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON notice_counts TO samtycke_worker;
GRANT SELECT, DELETE ON link_counts TO samtycke_worker;
-- Webhooks: registered by the api and the command line; the queue and how deliveries went are the worker's.
GRANT SELECT, INSERT, UPDATE, DELETE ON webhooks TO samtycke_api;
GRANT SELECT, DELETE ON webhook_queue, webhook_counts TO samtycke_api;
GRANT UPDATE (due_at, first_at, tries, state) ON webhook_queue TO samtycke_api;
GRANT SELECT, UPDATE ON webhooks TO samtycke_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_queue, webhook_counts TO samtycke_worker;

-- `imports` is for whoever runs `samtycke import`, as the owner of the tables; no program needs it.

-- Where each chain of keys stands: read by what uses the keys; moved by `samtycke keys rotate`, as the owner of the tables.
GRANT SELECT ON key_chains TO samtycke_api, samtycke_worker;

-- No transaction of a program lasts longer than this: whatever became visible late is sequenced late, but not by much.
DO $$
DECLARE role text;
BEGIN
  FOREACH role IN ARRAY ARRAY['samtycke_api', 'samtycke_relay', 'samtycke_worker'] LOOP
    EXECUTE format('ALTER ROLE %I IN DATABASE %I SET transaction_timeout = %L', role, current_database(), '20s');
  END LOOP;
END $$;
