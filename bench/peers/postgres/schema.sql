-- An event store with its two projections: the journal, the case, the workload of a station by state. One
-- function decides, appends with the expected version and brings both projections up to date: one round trip,
-- one transaction, one commit record.

CREATE TABLE events (
  case_id      uuid        NOT NULL,
  version      integer     NOT NULL,
  command_id   uuid        NOT NULL,
  kind         smallint    NOT NULL,
  station      integer     NOT NULL,
  actor        integer     NOT NULL,
  order_id     uuid,
  target       integer,
  occurred_at  timestamptz NOT NULL,
  recorded_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  due          timestamptz,
  payload      bytea       NOT NULL,
  -- The optimistic lock that no bug in a function can pass: two writers cannot both make version n.
  PRIMARY KEY (case_id, version)
);

CREATE TABLE cases (
  case_id           uuid     PRIMARY KEY,
  version           integer  NOT NULL,
  status            smallint NOT NULL,
  station           integer  NOT NULL,
  priority          smallint,
  handling_class    smallint,
  tier              smallint,
  registered_at     timestamptz,
  triaged_at        timestamptz,
  dispatch_due      timestamptz,
  order_id          uuid,
  order_status      smallint NOT NULL DEFAULT 0,
  order_station     integer,
  dispatched_by     integer,
  dispatched_at     timestamptz,
  sign_due          timestamptz,
  first_contact_due timestamptz,
  handle_due        timestamptz,
  signed_at         timestamptz,
  contacted_at      timestamptz,
  submitted_at      timestamptz,
  review_due        timestamptz,
  solved            smallint,
  -- The same command takes effect once: the ids of those handled.
  handled           uuid[]   NOT NULL DEFAULT '{}'
) WITH (fillfactor = 60);  -- room for the next version on the same page: no index is touched (HOT)

-- Counted in 64 shards: one row a station and state would make every writer wait for the commit of the one
-- before it. Who asks adds them up (the view below).
CREATE TABLE workload_shards (
  station integer  NOT NULL,
  state   smallint NOT NULL,
  shard   smallint NOT NULL,
  n       bigint   NOT NULL,
  PRIMARY KEY (station, state, shard)
) WITH (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
CREATE VIEW workloads AS
  SELECT station, state, sum(n)::bigint AS n FROM workload_shards GROUP BY station, state;

CREATE TABLE stations (station integer PRIMARY KEY, parent integer);
INSERT INTO stations VALUES (150000, NULL);
INSERT INTO stations SELECT 150000 + 100 * i, 150000 FROM generate_series(1, 9) AS i;
INSERT INTO workload_shards
  SELECT station, state, shard, 0
  FROM stations, unnest('{1,2,3,4,11,12,13,14}'::smallint[]) AS state, generate_series(0, 63) AS shard;

-- Two numbers that the load computes make an id; a real client would send the uuid.
CREATE FUNCTION id_of(high bigint, low bigint) RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT encode(int8send(high) || int8send(low), 'hex')::uuid $$;

-- Returns the new version, or minus the code of the rejection (the order of Rejection.java).
CREATE FUNCTION decide(
  p_command uuid, p_case uuid, p_expected integer, p_kind smallint, p_station integer, p_actor integer,
  p_order uuid, p_target integer, p_shard smallint, p_payload bytea)
RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  c cases%ROWTYPE;
  at timestamptz := clock_timestamp();
  due timestamptz;
  before_status smallint := 0;
  before_order smallint := 0;
BEGIN
  IF p_actor / 100 <> p_station THEN RETURN -4; END IF;
  SELECT * INTO c FROM cases WHERE case_id = p_case FOR UPDATE;
  IF FOUND THEN
    IF p_command = ANY (c.handled) THEN RETURN array_position(c.handled, p_command); END IF;
    IF c.version <> p_expected THEN RETURN -100; END IF;
    before_status := c.status;
    before_order := c.order_status;
  ELSIF p_expected <> 0 THEN
    RETURN -7;
  END IF;

  CASE p_kind
  WHEN 1 THEN  -- register
    IF c.version IS NOT NULL THEN RETURN -6; END IF;
    IF NOT EXISTS (SELECT FROM stations WHERE station = p_station) THEN RETURN -3; END IF;
    due := at + interval '30 minutes';
    c.case_id := p_case; c.version := 0; c.status := 1; c.station := p_station;
    c.registered_at := at; c.order_status := 0; c.handled := '{}';
  WHEN 2 THEN  -- triage
    IF c.station <> p_station THEN RETURN -5; END IF;
    IF c.status NOT IN (1, 2) THEN RETURN -8; END IF;
    due := at + interval '1 day';
    c.status := 2; c.priority := 3; c.handling_class := 3; c.tier := 2; c.triaged_at := at;
    c.dispatch_due := due;
  WHEN 3 THEN  -- dispatch
    IF c.order_status <> 0 THEN RETURN -10; END IF;
    IF c.status <> 2 THEN RETURN -9; END IF;
    IF NOT EXISTS (SELECT FROM stations WHERE station = p_target AND parent = p_station) THEN RETURN -12; END IF;
    due := at + interval '7 days';
    c.status := 3; c.order_status := 11; c.order_id := p_order; c.order_station := p_target;
    c.dispatched_by := p_station; c.dispatched_at := at; c.sign_due := at + interval '1 day';
    c.first_contact_due := at + interval '1 day'; c.handle_due := due;
  ELSE
    IF c.order_id IS DISTINCT FROM p_order THEN RETURN -13; END IF;
    IF c.order_station <> p_station THEN RETURN -5; END IF;
    CASE p_kind
    WHEN 4 THEN  -- sign
      IF c.signed_at IS NOT NULL THEN RETURN -15; END IF;
      due := c.first_contact_due;
      c.status := 4; c.order_status := 12; c.signed_at := at;
    WHEN 5 THEN  -- contact the caller
      IF c.signed_at IS NULL THEN RETURN -16; END IF;
      due := c.handle_due;
      c.contacted_at := coalesce(c.contacted_at, at); c.order_status := 13;
    WHEN 6 THEN  -- submit the result
      IF c.order_status = 14 THEN RETURN -14; END IF;
      IF c.signed_at IS NULL THEN RETURN -16; END IF;
      IF c.contacted_at IS NULL THEN RETURN -17; END IF;
      due := at + interval '1 day';
      c.order_status := 14; c.submitted_at := at; c.review_due := due; c.solved := 1;
    ELSE
      RETURN -2;
    END CASE;
  END CASE;
  c.version := c.version + 1;

  INSERT INTO events (case_id, version, command_id, kind, station, actor, order_id, target, occurred_at, due,
                      payload)
  VALUES (p_case, c.version, p_command, p_kind, p_station, p_actor, p_order, p_target, at, due, p_payload);

  IF p_kind = 1 THEN
    INSERT INTO cases (case_id, version, status, station, registered_at, handled)
    VALUES (p_case, c.version, c.status, c.station, c.registered_at, ARRAY[p_command]);
  ELSE
    UPDATE cases SET
      version = c.version, status = c.status, priority = c.priority, handling_class = c.handling_class,
      tier = c.tier, triaged_at = c.triaged_at, dispatch_due = c.dispatch_due, order_id = c.order_id,
      order_status = c.order_status, order_station = c.order_station, dispatched_by = c.dispatched_by,
      dispatched_at = c.dispatched_at, sign_due = c.sign_due, first_contact_due = c.first_contact_due,
      handle_due = c.handle_due, signed_at = c.signed_at, contacted_at = c.contacted_at,
      submitted_at = c.submitted_at, review_due = c.review_due, solved = c.solved,
      handled = c.handled || p_command
    WHERE case_id = p_case;
  END IF;

  -- The order's station is always below the case's and stands behind it in the key, and so do the states in each
  -- statement: rows are locked in one order, so that no two writers wait for each other in a ring.
  IF c.status <> before_status THEN
    UPDATE workload_shards SET n = n + CASE state WHEN c.status THEN 1 ELSE -1 END
    WHERE station = c.station AND state IN (before_status, c.status) AND shard = p_shard;
  END IF;
  IF c.order_status <> before_order THEN
    UPDATE workload_shards SET n = n + CASE state WHEN c.order_status THEN 1 ELSE -1 END
    WHERE station = c.order_station AND state IN (before_order, c.order_status) AND shard = p_shard;
  END IF;
  RETURN c.version;
END $$;
