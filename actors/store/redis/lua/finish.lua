-- Keep the last artefact, which took `seconds`, and end the job; `data` is its last event's.
VERBS.finish = function(d, artefact, seconds, status, stop_reason, data)
  keep(d, artefact)
  redis.call('HSET', d.job, 'seq', tell_done(d, seconds))
  remove(d.stage, d.entry)
  if stop_reason ~= '' then redis.call('HSET', d.job, 'stop_reason', stop_reason) end
  finish(d.id, status, '', data)
  return 'written'
end
