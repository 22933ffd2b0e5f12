-- A = the delivery, its round, attempts, error, traceback (empty: no dead letter), data of the last event
local round, attempts, reason, traceback, data = unpack(A, 7, 11)
if traceback ~= '' then
  redis.call('XADD', key('dead'), 'MAXLEN', '~', DEAD_LENGTH, '*', 'job_id', id, 'stage', stage, 'round', round,
    'attempts', attempts, 'reason', reason, 'traceback', traceback, 'at', AT)
end
remove(stage, entry)
redis.call('HSET', job, 'error', reason)
finish(id, 'failed', stage, data)
return 'written'
