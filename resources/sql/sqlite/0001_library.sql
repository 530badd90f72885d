-- Statements are separated by an empty line; none may contain one.
-- Every "id" is a UUIDv7 text. It is the identity that files, exports and other libraries know. Every "key" is a number
-- that only this database knows; rows refer to each other by it, so that indexes stay small.

CREATE TABLE people (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL CHECK (name <> ''),
    active INTEGER NOT NULL DEFAULT 1
);

CREATE INDEX people_by_name ON people (name);

-- Stands for whoever did not say who they are. The same id in every library.
INSERT INTO people (key, id, name) VALUES (1, '00000000-0000-7000-8000-000000000001', 'operator');

CREATE TABLE roles (
    person INTEGER NOT NULL REFERENCES people (key),
    role TEXT NOT NULL CHECK (role IN ('operator', 'annotator', 'supervisor')),
    PRIMARY KEY (person, role)
) WITHOUT ROWID;

INSERT INTO roles (person, role) VALUES (1, 'operator'), (1, 'annotator'), (1, 'supervisor');

CREATE TABLE stations (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL UNIQUE CHECK (name <> '')
);

CREATE TABLE robots (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL UNIQUE CHECK (name <> '')
);

CREATE TABLE models (
    hash TEXT PRIMARY KEY,
    robot INTEGER NOT NULL REFERENCES robots (key),
    added_ns INTEGER NOT NULL
) WITHOUT ROWID;

-- The card. "script" is a JSON array of steps in order.
CREATE TABLE tasks (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL UNIQUE CHECK (name <> ''),
    instruction_zh TEXT NOT NULL DEFAULT '',
    instruction_en TEXT NOT NULL DEFAULT '',
    script TEXT NOT NULL DEFAULT '[]',
    start_picture TEXT NOT NULL DEFAULT '',
    notes TEXT NOT NULL DEFAULT '',
    active INTEGER NOT NULL DEFAULT 1
);

CREATE TABLE shifts (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    station INTEGER REFERENCES stations (key),
    person INTEGER NOT NULL REFERENCES people (key),
    started_ns INTEGER NOT NULL,
    ended_ns INTEGER,
    notes TEXT NOT NULL DEFAULT ''
);

CREATE INDEX shifts_by_person ON shifts (person, started_ns);

-- How many accepted episodes of a task are wanted; without a station: anywhere, without a person: by anyone.
CREATE TABLE wanted (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    task INTEGER NOT NULL REFERENCES tasks (key),
    station INTEGER REFERENCES stations (key),
    person INTEGER REFERENCES people (key),
    count INTEGER NOT NULL CHECK (count >= 0),
    since_ns INTEGER,
    until_ns INTEGER
);

CREATE INDEX wanted_by_task ON wanted (task);

CREATE TABLE sessions (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    station INTEGER REFERENCES stations (key),
    person INTEGER NOT NULL REFERENCES people (key),
    shift INTEGER REFERENCES shifts (key),
    started_ns INTEGER NOT NULL,
    ended_ns INTEGER
);

-- "key" is started_ns, raised until it is free: rows lie in the order of time, newest-first pages need no sort, and the
-- text index can be read in that order too.
CREATE TABLE episodes (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL CHECK (state IN ('recording', 'recorded', 'checked', 'quarantined', 'labelling', 'labelled',
                                         'in_review', 'accepted', 'returned', 'rejected', 'tray')),
    outcome TEXT NOT NULL DEFAULT 'unknown' CHECK (outcome IN ('unknown', 'success', 'failure')),
    task INTEGER NOT NULL REFERENCES tasks (key),
    robot INTEGER NOT NULL REFERENCES robots (key),
    person INTEGER NOT NULL REFERENCES people (key),
    station INTEGER REFERENCES stations (key),
    session INTEGER REFERENCES sessions (key),
    sim INTEGER NOT NULL DEFAULT 1,
    recovered INTEGER NOT NULL DEFAULT 0,
    practice INTEGER NOT NULL DEFAULT 0,
    started_ns INTEGER NOT NULL,
    duration_ns INTEGER NOT NULL DEFAULT 0,
    steps INTEGER NOT NULL DEFAULT 0,
    missed_ticks INTEGER NOT NULL DEFAULT 0,
    take_id TEXT NOT NULL,
    path TEXT NOT NULL,
    robot_serial TEXT NOT NULL DEFAULT '',
    model_hash TEXT NOT NULL DEFAULT '',
    files_hash TEXT NOT NULL DEFAULT '',
    cause TEXT NOT NULL DEFAULT '',
    instruction_zh TEXT NOT NULL DEFAULT '',
    instruction_en TEXT NOT NULL DEFAULT ''
);

-- Every filter column stands in every one of these, so that a page is found inside one index, in order, whatever the
-- combination; only the rows that are shown are fetched. practice comes second because every question names it.
CREATE INDEX episodes_by_time ON episodes (practice, key, state, outcome, task, robot, person, station, sim, recovered);

CREATE INDEX episodes_by_state ON episodes (state, practice, key, outcome, task, robot, person, station, sim, recovered);

CREATE INDEX episodes_by_outcome ON episodes (outcome, practice, key, state, task, robot, person, station, sim, recovered);

CREATE INDEX episodes_by_task ON episodes (task, practice, key, state, outcome, robot, person, station, sim, recovered);

CREATE INDEX episodes_by_robot ON episodes (robot, practice, key, state, outcome, task, person, station, sim, recovered);

CREATE INDEX episodes_by_person ON episodes (person, practice, key, state, outcome, task, robot, station, sim, recovered);

CREATE INDEX episodes_by_station ON episodes (station, practice, key, state, outcome, task, robot, person, sim, recovered);

CREATE INDEX episodes_by_recovered ON episodes (recovered, practice, key, state, outcome, task, robot, person, station, sim);

CREATE INDEX episodes_by_session ON episodes (session, key);

CREATE INDEX episodes_by_take ON episodes (take_id, key);

CREATE TABLE streams (
    episode INTEGER NOT NULL REFERENCES episodes (key) ON DELETE CASCADE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    count INTEGER NOT NULL,
    dropped INTEGER NOT NULL,
    rate_hz REAL NOT NULL,
    PRIMARY KEY (episode, name)
) WITHOUT ROWID;

-- "folded" is everything of an episode that can be searched, each Han character between spaces.
CREATE TABLE episode_text (
    episode INTEGER PRIMARY KEY REFERENCES episodes (key) ON DELETE CASCADE,
    folded TEXT NOT NULL
);

CREATE VIRTUAL TABLE episode_fts USING fts5 (folded, content = 'episode_text', content_rowid = 'episode',
    tokenize = 'unicode61', prefix = '2 3', columnsize = 0);

CREATE TRIGGER episode_text_added AFTER INSERT ON episode_text BEGIN
    INSERT INTO episode_fts (rowid, folded) VALUES (new.episode, new.folded);
END;

CREATE TRIGGER episode_text_removed AFTER DELETE ON episode_text BEGIN
    INSERT INTO episode_fts (episode_fts, rowid, folded) VALUES ('delete', old.episode, old.folded);
END;

CREATE TRIGGER episode_text_changed AFTER UPDATE ON episode_text BEGIN
    INSERT INTO episode_fts (episode_fts, rowid, folded) VALUES ('delete', old.episode, old.folded);
    INSERT INTO episode_fts (rowid, folded) VALUES (new.episode, new.folded);
END;

CREATE TABLE tiers (
    name TEXT PRIMARY KEY CHECK (name <> ''),
    label_zh TEXT NOT NULL DEFAULT '',
    label_en TEXT NOT NULL DEFAULT '',
    position INTEGER NOT NULL
) WITHOUT ROWID;

INSERT INTO tiers (name, label_zh, label_en, position) VALUES
    ('skill', '技能', 'Skill', 1), ('left_hand', '左手', 'Left hand', 2), ('right_hand', '右手', 'Right hand', 3),
    ('error', '错误', 'Error', 4), ('note', '备注', 'Note', 5);

CREATE TABLE vocabulary (
    tier TEXT NOT NULL REFERENCES tiers (name),
    word TEXT NOT NULL CHECK (word <> ''),
    label_zh TEXT NOT NULL DEFAULT '',
    label_en TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (tier, word)
) WITHOUT ROWID;

-- Times are log time, Unix ns. Clustered by episode: opening one reads one stretch of the file.
CREATE TABLE segments (
    episode INTEGER NOT NULL REFERENCES episodes (key) ON DELETE CASCADE,
    id TEXT NOT NULL,
    tier TEXT NOT NULL REFERENCES tiers (name),
    label TEXT NOT NULL,
    text_zh TEXT NOT NULL DEFAULT '',
    text_en TEXT NOT NULL DEFAULT '',
    start_ns INTEGER NOT NULL,
    end_ns INTEGER NOT NULL CHECK (end_ns > start_ns),
    hand TEXT NOT NULL DEFAULT 'none' CHECK (hand IN ('none', 'left', 'right', 'both')),
    draft INTEGER NOT NULL DEFAULT 0,
    author INTEGER NOT NULL REFERENCES people (key),
    PRIMARY KEY (episode, id)
) WITHOUT ROWID;

-- A verdict stays when it is taken back, and says so. "from_state" is where the episode returns to then.
CREATE TABLE reviews (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    episode INTEGER NOT NULL REFERENCES episodes (key) ON DELETE CASCADE,
    person INTEGER NOT NULL REFERENCES people (key),
    at_ns INTEGER NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('accepted', 'returned', 'rejected')),
    return_to TEXT NOT NULL DEFAULT 'nobody' CHECK (return_to IN ('nobody', 'annotator', 'station')),
    reason TEXT NOT NULL DEFAULT '',
    from_state TEXT NOT NULL,
    taken_back_ns INTEGER NOT NULL DEFAULT 0,
    taken_back_by INTEGER REFERENCES people (key)
);

CREATE INDEX reviews_by_episode ON reviews (episode, key);

CREATE TABLE releases (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL UNIQUE CHECK (name <> ''),
    person INTEGER NOT NULL REFERENCES people (key),
    created_ns INTEGER NOT NULL,
    notes TEXT NOT NULL DEFAULT ''
);

CREATE TABLE release_episodes (
    release INTEGER NOT NULL REFERENCES releases (key),
    episode INTEGER NOT NULL REFERENCES episodes (key),
    PRIMARY KEY (release, episode)
) WITHOUT ROWID;

CREATE INDEX releases_by_episode ON release_episodes (episode);

-- Who changed what, when, from what, to what; one "act" per transaction.
CREATE TABLE history (
    key INTEGER PRIMARY KEY,
    act TEXT NOT NULL,
    at_ns INTEGER NOT NULL,
    person INTEGER NOT NULL REFERENCES people (key),
    subject TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    episode INTEGER,
    field TEXT NOT NULL,
    from_value TEXT NOT NULL,
    to_value TEXT NOT NULL
);

CREATE INDEX history_by_episode ON history (episode, key);

CREATE TRIGGER history_never_changes BEFORE UPDATE ON history BEGIN
    SELECT RAISE (ABORT, 'the history only grows');
END;

CREATE TRIGGER history_never_shrinks BEFORE DELETE ON history BEGIN
    SELECT RAISE (ABORT, 'the history only grows');
END;

-- Episodes whose labels.json is behind the database, by this many changes.
CREATE TABLE mirror_due (
    episode INTEGER PRIMARY KEY REFERENCES episodes (key) ON DELETE CASCADE,
    changes INTEGER NOT NULL
);

-- How much each index narrows in a full library, so that the planner chooses well from the first day on and always the
-- same: rows, then rows per value of the first column, of the first two, and so on.
ANALYZE sqlite_schema;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('episodes', 'episodes_by_time', '1000000 980000 1 1 1 1 1 1 1 1 1'),
    ('episodes', 'episodes_by_outcome', '1000000 400000 390000 1 1 1 1 1 1 1 1'),
    ('episodes', 'episodes_by_state', '1000000 100000 98000 1 1 1 1 1 1 1 1'),
    ('episodes', 'episodes_by_robot', '1000000 80000 78000 1 1 1 1 1 1 1 1'),
    ('episodes', 'episodes_by_station', '1000000 15000 14700 1 1 1 1 1 1 1 1'),
    ('episodes', 'episodes_by_person', '1000000 5000 4900 1 1 1 1 1 1 1 1'),
    ('episodes', 'episodes_by_task', '1000000 2000 1960 1 1 1 1 1 1 1 1'),
    ('episodes', 'episodes_by_recovered', '1000000 1000 980 1 1 1 1 1 1 1 1'),
    ('episodes', 'episodes_by_session', '1000000 200 1'),
    ('episodes', 'episodes_by_take', '1000000 2 1');
