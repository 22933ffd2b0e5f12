-- End the job as failed, even one whose keys were damaged by hand; without a traceback there is no dead letter.
VERBS.fail = function(d, attempts, reason, traceback, data)
  if traceback ~= '' then
    redis.call('XADD', key('dead'), 'MAXLEN', '~', DEAD_LENGTH, '*', 'job_id', d.id, 'stage', d.stage,
      'round', d.round, 'attempts', attempts, 'reason', reason, 'traceback', traceback, 'at', AT)
  end
  remove(d.stage, d.entry)
  redis.call('HSET', d.job, 'error', reason)
  pcall(mark, d)
  finish(d.id, 'failed', d.stage, data)
  return 'written'
end
