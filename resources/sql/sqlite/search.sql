SELECT hit.rowid AS key FROM episode_fts AS hit CROSS JOIN episodes INDEXED BY episodes_by_time ON episodes.key = hit.rowid WHERE hit.episode_fts MATCH ?
